import { isRunnerError } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import type { BackendStep } from './index.ts';
import {
  atEvent,
  compile,
  compileFiles,
  errorsOf,
  namesOf,
  stagesOf,
  stepOf,
  stepText,
  trusted,
  warningsOf,
} from './pipeline-under-test.test.helper.ts';

describe('a step', () => {
  it.each<[string, readonly string[], Partial<BackendStep>]>([
    [
      'runs one command that is no list',
      ['commands: make'],
      { type: 'commands', commands: ['make'] },
    ],
    ['is a plugin without commands, entrypoint and environment', [], { type: 'plugin' }],
    [
      'works in a folder of the source',
      ['directory: sub', 'commands: [x]'],
      { working_dir: '/woodpecker/src/git.example.org/acme/widget/sub' },
    ],
    [
      'works in a folder of the image',
      ['directory: /srv', 'commands: [x]'],
      { working_dir: '/srv' },
    ],
    ['does not fail the workflow', ['failure: ignore'], { failure: 'ignore' }],
    [
      'in the background never does',
      ['detach: true', 'commands: [x]'],
      { detach: true, failure: 'ignore' },
    ],
    [
      'has an address of version 6',
      ["extra_hosts: ['db:fd00::7']"],
      { extra_hosts: [{ name: 'db', ip: 'fd00::7' }] },
    ],
    [
      'has ports',
      ['ports: [80, "53/udp"]'],
      { ports: [{ number: 80 }, { number: 53, protocol: 'udp' }] },
    ],
    ['understands yes where a boolean is wanted', ['pull: yes'], { pull: true }],
  ])('%s', (_, lines, expected) => {
    expect(stepOf(stepText(...lines))).toMatchObject(expected);
  });

  it('runs commands that are written elsewhere between its own', () => {
    const text = `before: &before\n  - a\n  - b\n${stepText('commands:', '  - <<: *before', '  - c')}`;
    expect(stepOf(text).commands).toEqual(['a', 'b', 'c']);
  });

  it('of a mapping is named by its key, of a list by its position', () => {
    expect(namesOf('steps:\n  b: {image: x}\n  a: {image: x, name: c}')).toEqual([['b'], ['c']]);
    expect(namesOf('steps:\n  - image: x\n  - image: x')).toEqual([['step-0'], ['step-1']]);
  });
});

describe('settings and environment', () => {
  it.each<[string, string, string]>([
    ['octal', '010', '8'],
    ['large', '12345678901234567890', '12345678901234567890'],
    ['small', '0.00001', '1e-05'],
    ['a version', '1.50', '1.5'],
    ['yes', 'yes', 'yes'],
    ['an empty list', '[]', ''],
    ['a list with nothing', '[a, null]', 'a,'],
    ['a list of lists', '[[1], a]', '[[1],"a"]'],
    [
      'a mapping, sorted and escaped',
      '{b: "<x>", a: [1, true]}',
      String.raw`{"a":[1,true],"b":"\u003cx\u003e"}`,
    ],
  ])('encode %s', (_, written, expected) => {
    expect(
      stepOf(stepText('settings:', `  some.Key-x: ${written}`)).environment['PLUGIN_SOME_KEY_X'],
    ).toBe(expected);
    expect(
      stepOf(stepText('environment:', `  some.Key-x: ${written}`)).environment['some.Key-x'],
    ).toBe(expected);
  });

  it('take secrets at any depth and say which variables have them', () => {
    const context = { ...trusted, secrets: [{ name: 'Token', value: 's3cret' }] };
    const step = stepOf(
      stepText(
        'settings:',
        '  a: {from_secret: token}',
        '  b: {c: {from_secret: TOKEN}}',
        '  d: 1',
      ),
      context,
    );
    expect(step.secret_mapping).toEqual({ PLUGIN_A: 's3cret', PLUGIN_B: '{"c":"s3cret"}' });
    expect(step.environment).toMatchObject({ PLUGIN_A: 's3cret', PLUGIN_D: '1' });
  });

  it('do not get secrets that are for other images, events or steps', () => {
    const context = {
      ...atEvent('pull_request_closed'),
      secrets: [
        { name: 'image', value: '1', images: ['woodpeckerci/plugin-s3'] },
        { name: 'event', value: '1', events: ['push'] },
        { name: 'pull', value: '1', events: ['pull_request'] },
      ],
    };
    expect(errorsOf(stepText('settings:', '  a: {from_secret: image}'), context)).toEqual([
      'w.yaml:5:11: steps[0].settings.a.from_secret: the secret "image" is not for the image alpine (it is for woodpeckerci/plugin-s3)',
    ]);
    expect(errorsOf(stepText('environment:', '  a: {from_secret: image}'), context)).toEqual([
      'w.yaml:5:11: steps[0].environment.a.from_secret: the secret "image" is for plugins only, and "t" is none (remove commands, entrypoint and environment, or lift the limit to images)',
    ]);
    expect(errorsOf(stepText('settings:', '  a: {from_secret: event}'), context)).toEqual([
      'w.yaml:5:11: steps[0].settings.a.from_secret: the secret "event" is not for the event pull_request (it is for push)',
    ]);
    expect(errorsOf(stepText('settings:', '  a: {from_secret: pull}'), context)).toEqual([]);
    expect(errorsOf(stepText('settings:', '  a: {from_secret: pul}'), context)).toEqual([
      'w.yaml:5:11: steps[0].settings.a.from_secret: there is no secret "pul" (did you mean "pull"?)',
    ]);
  });

  it('get variables of the run and of the matrix only where they are no plugin', () => {
    const context = { ...trusted, variables: { GIVEN: 'x' }, globalVariables: { GLOBAL: 'y' } };
    expect(stepOf(stepText('commands: [x]'), context).environment).toMatchObject({
      GIVEN: 'x',
      GLOBAL: 'y',
    });
    const plugin = stepOf(stepText('settings: {given: "${GIVEN}"}'), context).environment;
    expect(plugin).toMatchObject({ GLOBAL: 'y', PLUGIN_GIVEN: 'x' });
    expect(plugin).not.toHaveProperty('GIVEN');
  });
});

describe('the order of steps', () => {
  const step = (name: string, ...more: readonly string[]): string =>
    [`  - name: ${name}`, '    image: x', ...more.map((line) => `    ${line}`)].join('\n');
  const file = (...steps: readonly string[]): string => ['steps:', ...steps].join('\n');

  it('is as written without depends_on', () => {
    expect(namesOf(file(step('b'), step('a')))).toEqual([['b'], ['a']]);
  });

  it('is by dependencies as soon as one step has depends_on, even an empty one', () => {
    expect(
      namesOf(
        file(step('c', 'depends_on: [a, b]'), step('a'), step('b'), step('d', 'depends_on: c')),
      ),
    ).toEqual([['a', 'b'], ['c'], ['d']]);
    expect(namesOf(file(step('a'), step('b', 'depends_on: []')))).toEqual([['a', 'b']]);
  });

  it('does without an optional dependency that is left out', () => {
    const left = step('a', 'when: {event: tag}');
    expect(namesOf(file(left, step('b', 'depends_on: [{name: a, optional: true}]')))).toEqual([
      ['b'],
    ]);
    expect(errorsOf(file(left, step('b', 'depends_on: [a]')))).toEqual([
      'w.yaml:7:18: steps[1].depends_on[0]: "b" waits for "a", which this run leaves out by its when (if it may be missing, write - name: a and optional: true)',
    ]);
  });

  it('is refused for unknown names and circles', () => {
    expect(errorsOf(file(step('alpha'), step('b', 'depends_on: [alhpa]')))).toEqual([
      'w.yaml:6:18: steps[1].depends_on[0]: there is no step "alhpa" (did you mean "alpha"?)',
    ]);
    expect(errorsOf(file(step('a', 'depends_on: b'), step('b', 'depends_on: a')))).toEqual([
      'w.yaml:4:5: steps[0].depends_on: these steps wait for each other: a → b → a (remove one of these dependencies)',
    ]);
  });
});

describe('clone steps', () => {
  const cloning = { ...trusted, skipClone: false };

  it('come first, by default one that fetches everything', () => {
    const [[clone] = []] = stagesOf(compile(stepText(), cloning).workflows[0]);
    expect(clone).toMatchObject({
      name: 'clone',
      type: 'clone',
      image: 'docker.io/woodpeckerci/plugin-git:2.10.0',
    });
    expect(clone?.environment).toMatchObject({ PLUGIN_DEPTH: '0' });
    expect(clone?.environment).not.toHaveProperty('PLUGIN_TAGS');
  });

  it('fetch tags for a tag', () => {
    const context = { ...atEvent('tag', { ref: 'refs/tags/v1' }), skipClone: false };
    const [[clone] = []] = stagesOf(compile(stepText(), context).workflows[0]);
    expect(clone?.environment).toMatchObject({ PLUGIN_TAGS: 'true', CI_COMMIT_TAG: 'v1' });
  });

  it('can be written, and are left out by skip_clone and by the caller', () => {
    const clone = 'clone:\n  git: {image: woodpeckerci/plugin-git, settings: {depth: 1}}\n';
    expect(namesOf(clone + stepText(), cloning)).toEqual([['git'], ['t']]);
    expect(namesOf(clone + stepText())).toEqual([['t']]);
    expect(namesOf(`skip_clone: true\n${stepText()}`, cloning)).toEqual([['t']]);
  });

  it('get the login of a private repository, and so do trusted plugins', () => {
    const context = {
      ...cloning,
      trust: { network: false, volumes: false, security: false },
      repository: { ...trusted.repository, private: true },
      gitLogin: { machine: 'git.example.org', username: 'bot', password: 'pw' },
    };
    const text = `${stepText('commands: [x]')}\n  - {name: again, image: woodpeckerci/plugin-git:2}`;
    const steps = stagesOf(compile(text, context).workflows[0]).flat();
    expect(steps.map(({ environment }) => environment['CI_NETRC_PASSWORD'])).toEqual([
      'pw',
      undefined,
      'pw',
    ]);
  });
});

describe('a workflow', () => {
  it('runs once for every combination of its matrix, with its variables', () => {
    const { workflows } = compile(
      `matrix:\n  A: [1.0, x]\n  B: [p, q]\n${stepText('commands: ["${A}-${B}"]')}`,
    );
    expect(workflows.map(({ matrix }) => matrix)).toEqual([
      { A: '1.0', B: 'p' },
      { A: '1.0', B: 'q' },
      { A: 'x', B: 'p' },
      { A: 'x', B: 'q' },
    ]);
    expect(workflows.map((workflow) => stagesOf(workflow)[0]?.[0]?.commands)).toEqual([
      ['1.0-p'],
      ['1.0-q'],
      ['x-p'],
      ['x-q'],
    ]);
    expect(workflows.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
  });

  it('has no more combinations than the server makes', () => {
    const numbers = Array.from({ length: 30 }, (_, index) => index).join(', ');
    const { workflows, warnings } = compile(`matrix:\n  A: [${numbers}]\n${stepText()}`);
    expect(workflows).toHaveLength(27);
    expect(warnings.map(({ message }) => message)).toContain(
      'more than 27 combinations; as on the server, the rest does not run',
    );
  });

  it('is named by its file, numbered as it runs, and waits for others', () => {
    const { workflows, skipped } = compileFiles({
      '.woodpecker/a.yaml': `depends_on: [z]\n${stepText()}`,
      '.woodpecker/b.yml': `when: {event: tag}\n${stepText()}`,
      '.woodpecker/c.yaml': `depends_on: [b]\n${stepText()}`,
      '.woodpecker/d.yaml': `depends_on: [{name: b, optional: true}]\nruns_on: [failure]\n${stepText()}`,
      '.woodpecker/z.yaml': stepText(),
    });
    expect(workflows.map(({ name, number, dependsOn }) => [name, number, dependsOn])).toEqual([
      ['d', 3, []],
      ['z', 4, []],
      ['a', 1, ['z']],
    ]);
    expect(skipped).toEqual([
      { name: 'b', matrix: {}, reason: 'its when does not hold' },
      { name: 'c', matrix: {}, reason: 'it waits for "b", which does not run' },
    ]);
  });

  it('that waits for itself through others is refused', () => {
    const circle = (): unknown =>
      compileFiles({
        'a.yaml': `depends_on: b\n${stepText()}`,
        'b.yaml': `depends_on: a\n${stepText()}`,
      });
    expect(circle).toThrow('a.yaml:1:1: depends_on: these workflows wait for each other: a, b');
  });

  it("has labels of its own or the default ones, and none of the server's kind", () => {
    const context = { ...trusted, defaultLabels: { pool: 'big' } };
    const labels = (text: string): unknown => compile(text, context).workflows[0]?.labels;
    expect(labels(stepText())).toMatchObject({ pool: 'big', 'woodpecker-ci.org/repo-id': '1' });
    expect(labels(`labels: {a: 1, woodpecker-ci.org/repo-id: 9}\n${stepText()}`)).toMatchObject({
      a: '1',
      'woodpecker-ci.org/repo-id': '1',
    });
    expect(labels(`labels: {a: 1}\n${stepText()}`)).not.toHaveProperty('pool');
  });

  it('whose steps are all left out does not run', () => {
    expect(compile(stepText('when: {event: tag}')).skipped).toEqual([
      { name: 'w', matrix: {}, reason: 'no step of it runs' },
    ]);
  });
});

describe('what a server would refuse', () => {
  const untrusted = { ...trusted, trust: { network: false, volumes: false, security: false } };

  it.each<[string, string, string]>([
    ['privileged', 'privileged: true', 'security'],
    ['dns', 'dns: 8.8.8.8', 'network'],
    ['network_mode', 'network_mode: host', 'network'],
    ['volumes', 'volumes: ["a:/b"]', 'volumes'],
    ['tmpfs', 'tmpfs: [/run]', 'volumes'],
  ])('includes %s in a repository that is not trusted with it', (key, line, kind) => {
    expect(errorsOf(stepText(line), untrusted)).toContain(
      `w.yaml:4:5: steps[0].${key}: needs a repository that is trusted (${kind}) (trust the repository with ${kind}, or remove it)`,
    );
  });

  it('is told with what would only be a warning, for that is often the reason', () => {
    expect(errorsOf('steps:\n  - name: a\n    imaeg: x')).toEqual([
      'w.yaml:2:5: steps[0]: this step has no image (add image: with the container image to run)',
      'w.yaml:3:5: steps[0].imaeg: unknown key, it has no effect (did you mean "image"?)',
    ]);
  });

  it.each<[string, string, string]>([
    [
      'no steps',
      'when: {}',
      'w.yaml:1:1: this workflow has no steps (add steps: with at least one - name: and image:)',
    ],
    [
      'no image',
      'steps:\n  - name: t',
      'w.yaml:2:5: steps[0]: this step has no image (add image: with the container image to run)',
    ],
    [
      'a command with a colon',
      stepText('commands:', '  - echo a: b'),
      'w.yaml:5:9: steps[0].commands[0]: expected a string, found a mapping (a colon followed by a space makes a mapping: put the whole text in quotes)',
    ],
    [
      'settings beside commands',
      stepText('commands: [x]', 'settings: {a: 1}'),
      'w.yaml:5:5: steps[0].settings: not together with commands (a step has commands, or it is a plugin with settings)',
    ],
    [
      'an unknown event',
      stepText('when: {event: pul_request}'),
      'w.yaml:4:12: steps[0].when.event: expected one of push, pull_request, pull_request_closed, pull_request_metadata, tag, release, deployment, cron, manual, found the string "pul_request" (did you mean "pull_request"?)',
    ],
    [
      'an unknown failure',
      stepText('failure: ignored'),
      'w.yaml:4:5: steps[0].failure: expected one of fail, ignore, cancel, found the string "ignored" (did you mean "ignore"?)',
    ],
    [
      'a port out of range',
      stepText('ports: [70000]'),
      'w.yaml:4:13: steps[0].ports[0]: expected a port, found the number 70000 (write a number up to 65535, or "53/udp")',
    ],
    [
      'the secrets of older versions',
      stepText('secrets: [a]'),
      'w.yaml:4:5: steps[0].secrets: the key secrets of steps is gone since Woodpecker 3: the step would run without them (write NAME: with from_secret: name below it, under environment or settings)',
    ],
    [
      'a bad substitution',
      stepText('commands: ["${x!}"]'),
      'w.yaml:4:17: bad substitution ${x!} (for text that is not meant for the server write $${ instead of ${)',
    ],
  ])('includes %s', (_, text, expected) => {
    expect(errorsOf(text)).toContain(expected);
  });

  it('has a stable code', () => {
    expect(() => compile('steps: []')).toThrow(
      expect.toSatisfy(
        (error: unknown) => isRunnerError(error) && error.code === 'MILLRACE_E_PIPELINE',
      ),
    );
  });

  it('includes plugins that need privileges which nobody gave them', () => {
    const text = 'steps: [{name: t, image: "woodpeckerci/plugin-docker-buildx:5"}]';
    expect(errorsOf(text)).toHaveLength(1);
    const context = {
      ...untrusted,
      privilegedPlugins: ['docker.io/woodpeckerci/plugin-docker-buildx:5'],
    };
    expect(stepOf(text, context)).toMatchObject({ privileged: true });
  });
});

describe('what has no effect is told', () => {
  it.each<[string, string, string]>([
    [
      'a key of Docker',
      stepText('tmpfs: [/run]'),
      'warning: w.yaml:4:5: steps[0].tmpfs: has no effect on Kubernetes (remove it, or use backend_options)',
    ],
    [
      'an unknown key',
      stepText('comands: [x]'),
      'warning: w.yaml:4:5: steps[0].comands: unknown key, it has no effect (did you mean "commands"?)',
    ],
    [
      'a key of older versions',
      `branches: main\n${stepText()}`,
      'warning: w.yaml:1:1: branches: has no effect since Woodpecker 3 (use when: with branch:)',
    ],
    [
      'a key without meaning here',
      `concurrency: {limit: 1}\n${stepText()}`,
      'warning: w.yaml:1:1: concurrency: has no effect in a local run (a local run has no other pipelines to wait for)',
    ],
    [
      'settings in the background',
      stepText('detach: true', 'settings: {a: 1}'),
      'warning: w.yaml:5:5: steps[0].settings: has no effect: the server gives settings to no service and no detached step (use environment)',
    ],
    [
      'a second service of a name',
      `services:\n  - {name: d, image: x}\n  - {name: d, image: y}\n${stepText()}`,
      'warning: w.yaml:3:5: services[1]: there is a service "d" before; as on the server, this one is left out (give it another name)',
    ],
  ])('such as %s', (_, text, expected) => {
    expect(warningsOf(text)).toContain(expected);
  });
});

describe('where the source comes from somewhere else', () => {
  const context = { ...trusted, skipClone: false, sourcesImage: 'busybox:1' };

  it('one step stands in for all clone steps', () => {
    const text =
      'clone:\n  a: {image: git}\n  b: {image: git}\nsteps:\n  t: {image: x, commands: [y]}';
    const [[clone] = [], ...rest] = stagesOf(compile(text, context).workflows[0]);
    expect(clone).toMatchObject({
      name: 'clone',
      type: 'clone',
      image: 'busybox:1',
      working_dir: '/woodpecker/src/git.example.org/acme/widget',
      workspace_base: '/woodpecker',
    });
    expect(rest.flat().map(({ name }) => name)).toEqual(['t']);
  });

  it('a workflow without one gets none', () => {
    expect(namesOf('skip_clone: true\nsteps:\n  t: {image: x, commands: [y]}', context)).toEqual([
      ['t'],
    ]);
  });
});
