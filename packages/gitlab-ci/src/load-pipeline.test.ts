import { isRunnerError } from '@millrace/core';
import { formatProblem } from '@millrace/config';
import { describe, expect, it } from 'vitest';
import { loadPipeline } from './load-pipeline.ts';
import type { Pipeline, PipelineJob } from './pipeline.ts';

const git = {
  ref: 'main',
  branch: 'main',
  sha: '0123456789abcdef',
  projectName: 'demo',
  projectPath: 'acme/demo',
};

const load = (
  text: string,
  options: { readonly job?: string; readonly variables?: Readonly<Record<string, string>> } = {},
): Pipeline => loadPipeline({ text, file: 'ci.yml', git, ...options });

/** The job called `t`. */
const jobOf = (text: string): PipelineJob => {
  const job = load(text).jobs.find(({ name }) => name === 't');
  if (job === undefined) throw new Error('the text has no job t');
  return job;
};

/** All error lines, without the heading. */
const errorsOf = (text: string, job?: string): readonly string[] => {
  try {
    load(text, job === undefined ? {} : { job });
  } catch (error) {
    if (!isRunnerError(error)) throw error;
    const hint = error.hint === undefined ? '' : ` (${error.hint})`;
    return error.message.includes('\n')
      ? error.message
          .split('\n')
          .slice(1)
          .map((line) => line.trim())
      : [`${error.message}${hint}`];
  }
  return [];
};

const warningsOf = (text: string, job?: string): readonly string[] =>
  load(text, job === undefined ? {} : { job }).warnings.map(formatProblem);

describe('a job', () => {
  it.each<[string, string, Partial<PipelineJob>]>([
    [
      'has the stage test and runs on success',
      't: {script: x}',
      { stage: 'test', when: 'on_success', allowFailure: false },
    ],
    [
      'joins before_script and script',
      't: {before_script: [a, b], script: [c]}',
      { script: ['a', 'b', 'c'] },
    ],
    ['takes a script of one string', 't: {script: "a\\nb"}', { script: ['a\nb'] }],
    [
      'flattens nested lists of its script',
      't: {script: [a, [b, [c]]]}',
      { script: ['a', 'b', 'c'] },
    ],
    [
      'keeps after_script apart',
      't: {script: [a], after_script: [z]}',
      { script: ['a'], afterScript: ['z'] },
    ],
    [
      'reads the hook that runs before the sources',
      't: {script: [a], hooks: {pre_get_sources_script: [h]}}',
      { preGetSources: ['h'] },
    ],
    ['takes a timeout in words', 't: {script: x, timeout: 1h 30m}', { timeout: 5400 }],
    ['may fail', 't: {script: x, allow_failure: true}', { allowFailure: true }],
    [
      'may fail with one exit code',
      't: {script: x, allow_failure: {exit_codes: 3}}',
      { allowFailure: { exitCodes: [3] } },
    ],
    [
      'may fail with several exit codes',
      't: {script: x, allow_failure: {exit_codes: [3, 4]}}',
      { allowFailure: { exitCodes: [3, 4] } },
    ],
    [
      'may fail when it is manual',
      't: {script: x, when: manual}',
      { when: 'manual', allowFailure: true },
    ],
    [
      'is waited for when manual and not allowed to fail',
      't: {script: x, when: manual, allow_failure: false}',
      { when: 'manual', allowFailure: false },
    ],
    [
      'takes an image by name',
      't: {script: x, image: "alpine:3"}',
      { image: { name: 'alpine:3' } },
    ],
    [
      'takes an image with settings',
      't: {script: x, image: {name: a, entrypoint: ["/bin/sh", -c], pull_policy: always, ports: [80], kubernetes: {user: 1000}, docker: {platform: arm64}}}',
      {
        image: {
          name: 'a',
          entrypoint: ['/bin/sh', '-c'],
          pull_policy: ['always'],
          ports: [{ number: 80, protocol: 'http', name: 'default_port' }],
          executor_opts: { docker: { platform: 'arm64' }, kubernetes: { user: 1000 } },
        },
      },
    ],
    [
      'takes services by name and with settings',
      't: {script: x, services: [redis, {name: "pg:16", alias: db, command: [-c, x], entrypoint: [e], variables: {A: $B}, pull_policy: [never, always]}]}',
      {
        services: [
          { name: 'redis' },
          {
            name: 'pg:16',
            alias: 'db',
            entrypoint: ['e'],
            command: ['-c', 'x'],
            pull_policy: ['never', 'always'],
            variables: [{ key: 'A', value: '$B', public: true, raw: false }],
          },
        ],
      },
    ],
    [
      'keeps artifacts',
      't: {script: x, artifacts: {name: n, paths: [a/, "*.o"], exclude: [b], when: always, expire_in: 1 week}}',
      {
        artifacts: {
          name: 'n',
          untracked: false,
          paths: ['a/', '*.o'],
          exclude: ['b'],
          when: 'always',
          expire_in: '1 week',
          artifact_type: 'archive',
          artifact_format: 'zip',
        },
      },
    ],
    ['keeps no artifacts without paths', 't: {script: x, artifacts: {expire_in: 1 week}}', {}],
    ['treats a key without value as absent', 't: {script: x, image:, timeout:}', { services: [] }],
    [
      'may be named like a number',
      '1: {script: x}\nt: {script: x, needs: ["1"]}',
      { after: ['1'] },
    ],
    ['may sit before and after all stages', 't: {script: x, stage: .pre}', { stage: '.pre' }],
  ])('%s', (_behaviour, text, expected) => {
    expect(jobOf(text)).toMatchObject(expected);
  });
});

describe('variables', () => {
  it.each([
    [
      'come from the pipeline and the job, which wins',
      'variables: {A: 1, B: x}\nt: {script: x, variables: {B: y, C: z}}',
      [
        ['A', '1'],
        ['B', 'y'],
        ['C', 'z'],
      ],
    ],
    [
      'keep spaces, quotes and dollars',
      `t: {script: x, variables: {A: "  a 'b' \\"c\\" $D $$E "}}`,
      [['A', `  a 'b' "c" $D $$E `]],
    ],
    [
      'read numbers as GitLab does',
      't: {script: x, variables: {A: 1.10, B: 010, C: 1.0, D: 0.5, E: 12345678901234567890, F: "1.10"}}',
      [
        ['A', '1.1'],
        ['B', '8'],
        ['C', '1.0'],
        ['D', '0.5'],
        ['E', '12345678901234567890'],
        ['F', '1.10'],
      ],
    ],
    [
      'read booleans as written',
      't: {script: x, variables: {A: true, B: no}}',
      [
        ['A', 'true'],
        ['B', 'no'],
      ],
    ],
    [
      'may be described',
      'variables: {A: {value: b, description: d, options: [a, b]}, E: {description: d}}\nt: {script: x}',
      [
        ['A', 'b'],
        ['E', ''],
      ],
    ],
    [
      'are filtered by inherit',
      'variables: {A: a, B: b}\nt: {script: x, inherit: {variables: [B]}}',
      [['B', 'b']],
    ],
    [
      'are kept out by inherit',
      'variables: {A: a}\nt: {script: x, inherit: {variables: false}, variables: {C: c}}',
      [['C', 'c']],
    ],
  ])('%s', (_behaviour, text, expected) => {
    expect(jobOf(text).variables.map(({ key, value }) => [key, value])).toEqual(expected);
  });

  it('are raw with expand: false', () => {
    expect(jobOf('t: {script: x, variables: {A: {value: $B, expand: false}}}').variables).toEqual([
      { key: 'A', value: '$B', raw: true },
    ]);
  });

  it('are reported when they arrive otherwise than written', () => {
    expect(warningsOf('t: {script: x, variables: {A: 1.10, B: true}}')).toEqual([
      'warning: ci.yml:1:28: t.variables.A: the number 1.10 arrives in the job as 1.1 (write "1.10" in quotes to keep it)',
      'warning: ci.yml:1:37: t.variables.B: GitLab refuses true as a value; here it is the text "true" (write "true" in quotes)',
    ]);
  });
});

describe('reuse', () => {
  it.each<[string, string, Partial<PipelineJob>]>([
    [
      'extends a template',
      '.b: {script: [x], image: i}\nt: {extends: .b}',
      { script: ['x'], image: { name: 'i' } },
    ],
    [
      'extends over several levels',
      '.a: {script: [x], image: i}\n.b: {extends: .a, image: j}\nt: {extends: .b}',
      { script: ['x'], image: { name: 'j' } },
    ],
    [
      'lets the later of several bases win',
      '.a: {script: [x]}\n.b: {script: [y]}\nt: {extends: [.a, .b]}',
      { script: ['y'] },
    ],
    ['replaces lists', '.a: {script: [x, y]}\nt: {extends: .a, script: [z]}', { script: ['z'] }],
    [
      'merges mappings at every depth',
      '.a: {script: [x], artifacts: {paths: [p], when: always}}\nt: {extends: .a, artifacts: {paths: [q]}}',
      {
        artifacts: {
          paths: ['q'],
          when: 'always',
          untracked: false,
          artifact_type: 'archive',
          artifact_format: 'zip',
        },
      },
    ],
    [
      'merges variables',
      '.a: {script: [x], variables: {A: 1, B: 2}}\nt: {extends: .a, variables: {B: "3"}}',
      {
        variables: [
          { key: 'A', value: '1', raw: false },
          { key: 'B', value: '3', raw: false },
        ],
      },
    ],
    [
      'removes a key by giving it no value',
      '.a: {script: [x], image: i}\ndefault: {image: d}\nt: {extends: .a, image: }',
      { image: { name: 'd' } },
    ],
    [
      'uses anchors and merge keys',
      '.a: &a {script: [x]}\nt:\n  <<: *a\n  image: i',
      { script: ['x'], image: { name: 'i' } },
    ],
    [
      'refers to a script',
      '.a: {script: [x, y]}\nt: {script: [!reference [.a, script], z]}',
      { script: ['x', 'y', 'z'] },
    ],
    [
      'refers to a reference',
      '.a: {script: [x]}\n.b: {script: [!reference [.a, script], y]}\nt: {script: !reference [.b, script]}',
      { script: ['x', 'y'] },
    ],
    [
      'refers to what was extended',
      '.a: {script: [x]}\n.b: {extends: .a}\nt: {script: [!reference [.b, script]]}',
      { script: ['x'] },
    ],
    [
      'refers to one variable',
      '.a: {variables: {U: v}}\nt: {script: [x], variables: {W: !reference [.a, variables, U]}}',
      { variables: [{ key: 'W', value: 'v', raw: false }] },
    ],
    [
      'carries references through extends',
      '.a: {script: [x]}\n.b: {script: [!reference [.a, script]]}\nt: {extends: .b}',
      { script: ['x'] },
    ],
    [
      'takes defaults',
      'default: {image: i, before_script: [b], after_script: [z], timeout: 10 minutes}\nt: {script: [x]}',
      { image: { name: 'i' }, script: ['b', 'x'], afterScript: ['z'], timeout: 600 },
    ],
    [
      'takes defaults at the top level',
      'image: i\nservices: [s]\nbefore_script: [b]\nt: {script: [x]}',
      { image: { name: 'i' }, services: [{ name: 's' }], script: ['b', 'x'] },
    ],
    [
      'prefers its own to a default, without merging',
      'default: {services: [a], before_script: [b]}\nt: {script: [x], services: [], before_script: []}',
      { services: [], script: ['x'] },
    ],
    [
      'keeps defaults out',
      'default: {image: i, before_script: [b]}\nt: {script: [x], inherit: {default: false}}',
      { script: ['x'] },
    ],
    [
      'lets some defaults in',
      'default: {image: i, before_script: [b]}\nt: {script: [x], inherit: {default: [image]}}',
      { script: ['x'], image: { name: 'i' } },
    ],
  ])('%s', (_behaviour, text, expected) => {
    expect(jobOf(text)).toMatchObject(expected);
  });

  it('is possible in every part that no job uses', () => {
    expect(
      load('.a: {script: !reference [.nope, script], anything: 1}\nt: {script: x}').jobs,
    ).toHaveLength(1);
  });
});

describe('order', () => {
  const order = (text: string): readonly string[] => load(text).jobs.map(({ name }) => name);

  it.each([
    [
      'goes by stage, then as written',
      'stages: [one, two]\nb: {stage: two, script: x}\na: {stage: one, script: x}\nc: {stage: one, script: x}',
      ['a', 'c', 'b'],
    ],
    [
      'has the usual stages without stages',
      'd: {stage: deploy, script: x}\nb: {stage: build, script: x}\nt: {script: x}\nz: {stage: .post, script: x}\np: {stage: .pre, script: x}',
      ['p', 'b', 't', 'd', 'z'],
    ],
    [
      'follows needs inside a stage',
      'a: {script: x, needs: [b]}\nb: {script: x, needs: [c]}\nc: {script: x}',
      ['c', 'b', 'a'],
    ],
  ])('%s', (_behaviour, text, expected) => {
    expect(order(text)).toEqual(expected);
  });

  it.each<[string, string, Partial<PipelineJob>]>([
    [
      'waits for all earlier stages',
      'a: {stage: build, script: x}\nb: {stage: build, script: x}\nc: {script: x}\nt: {script: x}',
      { after: ['a', 'b'], hasNeeds: false, artifactsFrom: ['a', 'b'] },
    ],
    [
      'waits only for what it needs',
      'a: {stage: build, script: x}\nb: {stage: build, script: x}\nt: {script: x, needs: [b]}',
      { after: ['b'], hasNeeds: true, artifactsFrom: ['b'] },
    ],
    [
      'starts at once with empty needs',
      'a: {stage: build, script: x}\nt: {script: x, needs: []}',
      { after: [], hasNeeds: true, artifactsFrom: [] },
    ],
    [
      'can do without artifacts of a need',
      'a: {stage: build, script: x}\nt: {script: x, needs: [{job: a, artifacts: false}]}',
      { after: ['a'], artifactsFrom: [] },
    ],
    [
      'can do without an optional need',
      't: {script: x, needs: [{job: a, optional: true}]}',
      { after: [], hasNeeds: true },
    ],
    [
      'takes artifacts only of its dependencies',
      'a: {stage: build, script: x}\nb: {stage: build, script: x}\nt: {script: x, dependencies: [b]}',
      { after: ['a', 'b'], artifactsFrom: ['b'] },
    ],
    [
      'takes no artifacts with empty dependencies',
      'a: {stage: build, script: x}\nt: {script: x, dependencies: []}',
      { artifactsFrom: [] },
    ],
  ])('%s', (_behaviour, text, expected) => {
    expect(jobOf(text)).toMatchObject(expected);
  });

  it('is a topological order of any graph of needs', () => {
    // A small linear congruential generator keeps the cases the same in every run.
    let state = 7;
    const random = (below: number): number => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((state / 2_147_483_648) * below);
    };
    const stages = ['s0', 's1', 's2'];
    for (let round = 0; round < 200; round += 1) {
      const ranks = Array.from({ length: 1 + random(12) }, () => random(stages.length));
      const jobs = ranks.map((rank, index) => {
        const possible = ranks.flatMap((other, at) =>
          other < rank || (other === rank && at > index) ? [`j${at}`] : [],
        );
        const needs =
          random(3) === 0 ? '' : `, needs: [${possible.filter(() => random(3) === 0).join(', ')}]`;
        return `j${index}: {stage: s${rank}, script: x${needs}}`;
      });
      const pipeline = load([`stages: [${stages.join(', ')}]`, ...jobs].join('\n'));
      const done = new Set<string>();
      for (const { name, after } of pipeline.jobs) {
        expect(after.filter((other) => !done.has(other))).toEqual([]);
        done.add(name);
      }
      expect(done.size).toBe(ranks.length);
    }
  });
});

describe('refuses, with file, line and hint:', () => {
  it.each<[string, string, string]>([
    [
      'a job without script',
      't: {image: i}',
      'ci.yml:1:1: t: this job has no script (add script:, or call it .t if it is a template)',
    ],
    [
      'a misspelt script',
      't: {scrpt: [x]}',
      'ci.yml:1:5: t.scrpt: unknown key (did you mean "script"?)',
    ],
    [
      'a misspelt top-level key',
      'varables: {A: b}\nt: {script: x}',
      'ci.yml:1:1: varables: this job has no script (did you mean "variables"?)',
    ],
    [
      'a top-level key that is no job',
      'stage: [a]\nt: {script: x}',
      'ci.yml:1:1: stage: this is neither a job nor a known key (did you mean "stages"?)',
    ],
    [
      'an empty script',
      't: {script: []}',
      'ci.yml:1:5: t.script: the script is a list without commands (add script:, or call it .t if it is a template)',
    ],
    [
      'an unknown key',
      't:\n  script: x\n  imge: y',
      'ci.yml:3:3: t.imge: unknown key (did you mean "image"?)',
    ],
    [
      'a command that is a mapping',
      't:\n  script:\n    - echo "a": b',
      'ci.yml:3:7: t.script[0]: expected a command, or lists of commands at most 10 deep, found a mapping (a colon followed by a space makes a mapping: put the whole command in quotes)',
    ],
    [
      'a command that is a boolean',
      't: {script: [true]}',
      'ci.yml:1:14: t.script[0]: expected a command, or lists of commands at most 10 deep, found the boolean true (put the command in quotes)',
    ],
    [
      'an unknown stage',
      't: {script: x, stage: tset}',
      'ci.yml:1:16: t.stage: there is no stage "tset"; the stages are .pre, build, test, deploy, .post (did you mean "test"?)',
    ],
    [
      'no stage test',
      'stages: [a]\nt: {script: x}',
      'ci.yml:2:1: t: there is no stage "test"; the stages are .pre, a, .post (add it to stages, or choose another)',
    ],
    [
      'an unknown need',
      'lint: {script: x}\nt: {script: x, needs: [lnt]}',
      'ci.yml:2:24: t.needs[0]: needs "lnt", which is no job of this file (did you mean "lint"?)',
    ],
    [
      'a need of a later stage',
      'd: {stage: deploy, script: x}\nt: {script: x, needs: [d]}',
      'ci.yml:2:24: t.needs[0]: needs "d" of the later stage deploy (move one of the two jobs, so that d can run first)',
    ],
    [
      'a circle of needs',
      'a: {script: x, needs: [b]}\nb: {script: x, needs: [c]}\nc: {script: x, needs: [a]}',
      'ci.yml:1:24: a.needs[0]: needs go in a circle: a -> b -> c -> a (remove one of these needs)',
    ],
    [
      'a job that needs itself',
      'a: {script: x, needs: [a]}',
      'ci.yml:1:24: a.needs[0]: needs go in a circle: a -> a (remove one of these needs)',
    ],
    [
      'a circle of extends',
      '.a: {extends: .b}\n.b: {extends: .a}\nt: {script: x}',
      'ci.yml:2:6: .b.extends: extends goes in a circle: .a -> .b -> .a (remove one of them)',
    ],
    [
      'an unknown base',
      '.base: {script: x}\nt: {extends: .bse}',
      'ci.yml:2:5: t.extends: cannot extend ".bse": there is no such job or template (did you mean ".base"?)',
    ],
    [
      'extends nested too deep',
      [
        '.e0: {script: x}',
        ...Array.from({ length: 11 }, (_, at) => `.e${at + 1}: {extends: .e${at}}`),
        't: {extends: .e11}',
      ].join('\n'),
      'ci.yml:13:5: t.extends: extends is nested deeper than 11 levels (merge some of the templates)',
    ],
    [
      'an unknown reference',
      't: {script: [!reference [.a, script]]}',
      'ci.yml:1:25: t.script[0]: !reference [.a, script] names nothing in this file (check the job and key; both must be written or extended here)',
    ],
    [
      'a circle of references',
      '.a: {script: [!reference [t, script]]}\nt: {script: [!reference [.a, script]]}',
      'ci.yml:2:25: t.script[0]: !reference goes in a circle: [.a, script] -> [t, script] -> [.a, script] (remove one of them)',
    ],
    [
      'references that multiply',
      [
        '.r0: {script: [x]}',
        ...Array.from(
          { length: 6 },
          (_, at) =>
            `.r${at + 1}: {script: [${Array.from({ length: 9 }, () => `!reference [.r${at}, script]`).join(', ')}]}`,
        ),
        't: {script: [!reference [.r6, script]]}',
      ].join('\n'),
      'ci.yml:2:79: .r1.script[2]: more than 10000 references in one job (use fewer references to references)',
    ],
    [
      'a dependency that is not in an earlier stage',
      'a: {script: x}\nt: {script: x, dependencies: [a]}',
      'ci.yml:2:16: t.dependencies: depends on "a", which is not in an earlier stage (move one of the two jobs)',
    ],
    [
      'a dependency that is not needed',
      'a: {stage: build, script: x}\nt: {script: x, needs: [], dependencies: [a]}',
      'ci.yml:2:27: t.dependencies: depends on "a", which is not among its needs (add a to needs)',
    ],
    [
      'an image without name',
      't: {script: x, image: {entrypoint: [a]}}',
      'ci.yml:1:16: t.image: this image has no name (add name:)',
    ],
    [
      'an image that is a list',
      't: {script: x, image: [a]}',
      'ci.yml:1:16: t.image: expected the name of an image or a mapping, found a list (write image: name:tag, or name: below it)',
    ],
    [
      'an entrypoint that is no list',
      't: {script: x, image: {name: a, entrypoint: sh}}',
      'ci.yml:1:33: t.image.entrypoint: expected a list of strings, found the string "sh"',
    ],
    [
      'a pull policy of another kind',
      't: {script: x, image: {name: a, pull_policy: weekly}}',
      'ci.yml:1:33: t.image.pull_policy: "weekly" is not a pull policy (choose from always, if-not-present, never)',
    ],
    [
      'a service key in an image',
      't: {script: x, image: {name: a, alias: b}}',
      'ci.yml:1:33: t.image.alias: unknown key',
    ],
    [
      'services that are no list',
      't: {script: x, services: redis}',
      'ci.yml:1:16: t.services: expected a list of services, found the string "redis" (write each service after a dash)',
    ],
    [
      'a timeout without sense',
      't: {script: x, timeout: soon}',
      'ci.yml:1:16: t.timeout: expected a duration, found the string "soon" (write it with units, such as 1h 30m or 10 minutes)',
    ],
    [
      'a timeout of more than a month',
      't: {script: x, timeout: 40 days}',
      'ci.yml:1:16: t.timeout: the timeout is longer than a month (choose a shorter one)',
    ],
    [
      'when: never outside rules',
      't: {script: x, when: never}',
      'ci.yml:1:16: t.when: when: never is only for rules (put a dot before the name of the job to turn it off)',
    ],
    [
      'a variable without value',
      't: {script: x, variables: {A: }}',
      'ci.yml:1:28: t.variables.A: expected a string or a number, found nothing (put the value in quotes; "" is the empty value)',
    ],
    [
      'a described variable of a job',
      't: {script: x, variables: {A: {value: a, description: d}}}',
      'ci.yml:1:42: t.variables.A.description: unknown key',
    ],
    [
      'a value that is not among its options',
      'variables: {A: {value: c, options: [a, b]}}\nt: {script: x}',
      'ci.yml:1:13: variables.A: the value "c" is not one of its options: a, b (add it to options, or choose another value)',
    ],
    [
      'a default written twice',
      'image: a\ndefault: {image: b}\nt: {script: x}',
      'ci.yml:1:1: image: image is also written below default (keep the one below default)',
    ],
    [
      'a key that default cannot hold',
      'default: {script: x}\nt: {script: x}',
      'ci.yml:1:11: default.script: unknown key',
    ],
    [
      'an empty file',
      '',
      'ci.yml:1:1: this file has no jobs (write at least one job: a name, and below it script:)',
    ],
    [
      'a file with templates only',
      '.a: {script: x}',
      'ci.yml:1:1: this file has no jobs (write at least one job: a name, and below it script:)',
    ],
  ])('%s', (_what, text, expected) => {
    expect(errorsOf(text)).toEqual([expected]);
  });

  it('every problem at once, in the order of the file', () => {
    const text = 'include: a.yml\nt:\n  stage: nope\n  needs: [u]\n  image: {}\n  script: x\nb: {}';
    expect(errorsOf(text).map((line) => line.split(' ')[1])).toEqual([
      'include:',
      't.stage:',
      't.needs[0]:',
      't.image:',
      'b:',
    ]);
  });

  it('the line of a template once, however many jobs extend it', () => {
    expect(errorsOf('.a:\n  script: x\n  imge: i\nt: {extends: .a}\nu: {extends: .a}')).toEqual([
      'ci.yml:3:3: .a.imge: unknown key (did you mean "image"?)',
    ]);
  });
});

describe('what local runs do not support', () => {
  const conditions = [
    'rules: [{when: always}]',
    'only: [main]',
    'except: [main]',
    'needs: [{project: a/b, job: c}]',
  ];

  it.each([
    'parallel: 3',
    'parallel: {matrix: [{A: [b]}]}',
    'trigger: a/b',
    'run: [{name: a, script: b}]',
    'inputs: {a: b}',
    'secrets: {A: {vault: b}}',
    'id_tokens: {A: {aud: b}}',
    ...conditions,
  ])('is an error where it changes what runs: %s', (key) => {
    expect(errorsOf(`t: {script: x, ${key}}`)).toEqual([
      expect.stringContaining('is not supported by local runs'),
    ]);
  });

  it.each(['include: a.yml', 'spec: {inputs: {}}', 'workflow: {rules: [{variables: {A: b}}]}'])(
    'is an error for the whole file: %s',
    (key) => {
      expect(errorsOf(`${key}\nt: {script: x}`)).toEqual([
        expect.stringContaining('is not supported by local runs'),
      ]);
    },
  );

  it.each(conditions)('is a warning where a job asked for by name runs regardless: %s', (key) => {
    expect(warningsOf(`t: {script: x, ${key}}`, 't')).toEqual([
      expect.stringContaining('the job runs because it was asked for by name'),
    ]);
  });

  it.each(['parallel: 3', 'trigger: a/b', 'secrets: {A: {vault: b}}'])(
    'stays an error for a job asked for by name: %s',
    (key) => {
      expect(errorsOf(`t: {script: x, ${key}}`, 't')).toHaveLength(1);
    },
  );

  it.each(['parallel: 3', 'trigger: a/b', 'cache: {paths: [a]}', 'tags: [a]', ...conditions])(
    'does not matter in a job that does not run: %s',
    (key) => {
      const pipeline = load(`o: {script: x, ${key}}\nt: {script: x}`, { job: 't' });
      expect([...pipeline.warnings, ...pipeline.notes]).toEqual([]);
    },
  );

  it.each([
    'cache: {paths: [a]}',
    'environment: prod',
    'retry: 2',
    'release: {tag_name: a}',
    'pages: true',
    'start_in: 1 hour',
    'artifacts: {reports: {junit: a}}',
    'artifacts: {untracked: true}',
  ])('is a warning where the script stays the same: %s', (key) => {
    expect(warningsOf(`t: {script: x, ${key}}`)).toEqual([
      expect.stringContaining('by local runs'),
    ]);
  });

  it('is noted where it has no effect', () => {
    const { notes, warnings } = load(
      'default: {tags: [k8s]}\nt: {script: x, coverage: /a/}\nu: {script: x, interruptible: true, resource_group: g}',
    );
    expect(warnings).toEqual([]);
    expect(notes).toEqual([
      'coverage has no effect in a local run (t)',
      'tags has no effect in a local run (t, u)',
      'interruptible has no effect in a local run (u)',
      'resource_group has no effect in a local run (u)',
    ]);
  });

  it('is no problem for secrets whose values the caller gives', () => {
    expect(
      load('t: {script: x, secrets: {A: {vault: b}}, id_tokens: {B: {aud: c}}}', {
        variables: { A: '1', B: '2' },
      }).jobs,
    ).toHaveLength(1);
  });
});

it('says which jobs there are when the wanted one is not', () => {
  expect(errorsOf('build: {script: x}\nlint: {script: x}', 'biuld')).toEqual([
    'ci.yml has no job "biuld" (did you mean "build"?)',
  ]);
  expect(errorsOf('build: {script: x}\nlint: {script: x}', 'zzz')).toEqual([
    'ci.yml has no job "zzz" (choose one of build, lint)',
  ]);
});
