import type { Outcome, RunEvent, Stage, Unit } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { createJobTrace } from './job-trace.ts';

const stage = (name: string, title: string, more: Partial<Stage> = {}): Stage => ({
  name,
  title,
  container: 'build',
  on: 'success',
  userCode: false,
  countsAsFailure: true,
  afterCancel: false,
  action: { do: 'script', script: '' },
  ...more,
});
const prepare = stage('prepare_script', 'Preparing environment');
const step = stage('step_script', 'Executing "step_script" stage of the job script');
const unit: Unit = {
  id: 'job',
  title: 'job',
  after: [],
  on: 'success',
  background: false,
  countsAsFailure: true,
  recreate: { when: 'never' },
  startTimeoutSeconds: 180,
  podName: 'runner-x',
  containers: [],
  work: {
    kind: 'session',
    sessionContainer: 'helper',
    scriptsDirectory: '/scripts',
    logsDirectory: '/logs',
    shell: 'bash',
    stages: [prepare, step],
  },
};
const success: Outcome = { kind: 'success' };
const failure = (reason: string, message: string): Outcome => ({
  kind: 'failure',
  reason,
  message,
});

const line = (code: string, text: string, kind: 'say' | 'warn' = 'say'): RunEvent => ({
  type: 'line',
  line: { kind, code, text },
  index: 0,
});
const creating: RunEvent = {
  type: 'unit-creating',
  unit,
  attempt: 1,
  namespace: 'ci',
  podName: 'runner-x',
};
const ran = (ended: Stage, outcome: Outcome = success, output = ''): readonly RunEvent[] => [
  { type: 'stage-started', unit, attempt: 1, stage: ended, at: 0 },
  {
    type: 'output',
    unit,
    attempt: 1,
    stage: ended,
    bytes: Buffer.from(output),
    offset: 0,
  },
  {
    type: 'stage-finished',
    unit,
    attempt: 1,
    stage: ended,
    result: { name: ended.name, outcome, startedAt: 0, finishedAt: 0 },
  },
];
const finished = (outcome: Outcome, stages: readonly string[] = ['prepare_script']): RunEvent => ({
  type: 'finished',
  result: {
    job: '1',
    outcome,
    units: [
      {
        unit: 'job',
        outcome,
        podName: 'runner-x',
        attempts: 1,
        stages: stages.map((name) => ({ name, outcome, startedAt: 0, finishedAt: 0 })),
      },
    ],
  },
});

/** The log of a run, with escapes in GitLab's own notation. */
async function logOf(...events: readonly RunEvent[]): Promise<string> {
  const chunks: Uint8Array[] = [];
  const { handle } = createJobTrace({
    runnerName: 'my-runner',
    version: '19.4.0',
    revision: 'd79f3e7b',
    shortToken: 'AbCdEfGhI',
    systemId: 's_1',
    timestamps: false,
    executorName: 'kubernetes',
    clock: { now: () => 1_700_000_000_999 },
    write: (bytes) => Promise.resolve(void chunks.push(bytes)),
  });
  for (const event of events) await handle(event);
  return Buffer.concat(chunks).toString().replaceAll('\u001B', '\\e').replaceAll('\r', '\\r');
}
const header = String.raw`\e[0KRunning with gitlab-runner 19.4.0 (d79f3e7b)\e[0;m
\e[0K  on my-runner AbCdEfGhI, system ID: s_1\e[0;m
`;
const preparation = String.raw`section_start:1700000000:prepare_executor\r\e[0K\e[0K\e[36;1mPreparing the "kubernetes" executor\e[0;m\e[0;m
`;
const environment = String.raw`section_end:1700000000:prepare_executor\r\e[0Ksection_start:1700000000:prepare_script\r\e[0K\e[0K\e[36;1mPreparing environment\e[0;m\e[0;m
`;

describe('the job log', () => {
  it('of a successful run is that of GitLab Runner', async () => {
    const log = await logOf(
      line('job.feature-flags', '  feature flags: FF_TIMESTAMPS:false'),
      line('job.resolving-secrets', 'Resolving secrets'),
      line('job.settings', 'A: bad\nB: bad', 'warn'),
      line('identity.namespace', 'Using Kubernetes namespace: ci'),
      line('dns.policy', 'falling back', 'warn'),
      line('job.pod-deadline', 'Using FF_USE_POD_ACTIVE_DEADLINE_SECONDS, …'),
      creating,
      {
        type: 'unit-waiting',
        unit,
        podName: 'runner-x',
        namespace: 'ci',
        node: undefined,
        phase: 'Pending',
        note: 'Unschedulable: "no node"',
      },
      { type: 'unit-ready', unit, attempt: 1, podName: 'runner-x', node: 'n1' },
      ...ran(prepare, success, 'Running on runner-x via host...\n'),
      ...ran(step, success, 'hello\n'),
      finished(success),
    );
    expect(log).toBe(
      String.raw`${header}\e[0K  feature flags: FF_TIMESTAMPS:false\e[0;m
\e[0K\e[36;1mResolving secrets\e[0;m\e[0;m
\e[0;33mWARNING: A: bad
B: bad\e[0;m
${preparation}\e[0KUsing Kubernetes namespace: ci\e[0;m
\e[0;33mWARNING: falling back\e[0;m
${environment}\e[0KUsing FF_USE_POD_ACTIVE_DEADLINE_SECONDS, …\e[0;m
Waiting for pod ci/runner-x to be running on the node <unknown>, status is Pending
	Unschedulable: "no node"
Running on runner-x via host...

section_end:1700000000:prepare_script\r\e[0Ksection_start:1700000000:step_script\r\e[0K\e[0K\e[36;1mExecuting "step_script" stage of the job script\e[0;m\e[0;m
hello

section_end:1700000000:step_script\r\e[0K\e[32;1mJob succeeded\e[0;m
`,
    );
  });

  it.each([
    [
      'a failed script',
      failure('script_failed', 'command terminated with exit code 3'),
      'Job failed: command terminated with exit code 3',
    ],
    [
      'a lost pod',
      failure('pod_deleted', 'pods "runner-x" not found'),
      'Job failed (system failure): pods "runner-x" not found',
    ],
    [
      'a script that took too long',
      failure('stage_timeout', 'too long'),
      'Job failed: script timeout: context deadline exceeded',
    ],
    [
      'a canceled job',
      { kind: 'canceled', message: 'by the user' } as const,
      'Job failed: canceled',
    ],
  ])('ends with the word for %s', async (_what, outcome, text) => {
    const log = await logOf(creating, ...ran(prepare), finished(outcome));
    expect(log.endsWith(String.raw`\e[31;1mERROR: ${text}\e[0;m` + '\n')).toBe(true);
  });

  it.each([
    [
      'a pod that does not start',
      'pod_start_timeout',
      'too late',
      'prepare environment: waiting for pod running: too late',
    ],
    [
      'a pod that the server refuses',
      'quota_exceeded',
      'no room',
      'prepare environment: setting up build pod: no room',
    ],
  ])('blames the environment for %s', async (_what, reason, message, text) => {
    const log = await logOf(creating, finished(failure(reason, message), []));
    expect(log).toContain(
      `Job failed (system failure): ${text}. Check https://docs.gitlab.com/runner/shells/`,
    );
  });

  it('of a refused job has the preparation and the reason', async () => {
    const log = await logOf(
      line('identity.namespace', 'Using Kubernetes namespace: ci'),
      {
        type: 'refused',
        refusal: {
          code: 'job.not-runnable',
          reason: 'configuration_error',
          message: 'no such shell',
          plugin: 'p',
        },
      },
      {
        type: 'finished',
        result: { job: '1', outcome: failure('configuration_error', 'no such shell'), units: [] },
      },
    );
    expect(log).toBe(
      String.raw`${header}${preparation}\e[0KUsing Kubernetes namespace: ci\e[0;m
section_end:1700000000:prepare_executor\r\e[0K\e[31;1mERROR: Job failed: no such shell\e[0;m
`,
    );
  });

  it('puts a refusal that GitLab Runner finds while it makes the pod into the first stage', async () => {
    const message = 'prepare environment: setting up build pod: disallowed image. Check …';
    const log = await logOf(
      line('images.default', 'Using default image'),
      line('images.allow-list.build', '\nERROR: The "a" image is not allowed:\n- b'),
      {
        type: 'refused',
        refusal: { code: 'images.refused', reason: 'api_rejected', message, plugin: 'p' },
      },
      {
        type: 'finished',
        result: { job: '1', outcome: failure('api_rejected', message), units: [] },
      },
    );
    expect(log).toBe(
      String.raw`${header}${preparation}\e[32;1mUsing default image\e[0;m
${environment}\e[0K\e[0;m
\e[31;1mERROR: The "a" image is not allowed:\e[0;m
\e[0K- b\e[0;m
section_end:1700000000:prepare_script\r\e[0K\e[31;1mERROR: Job failed (system failure): ${message}\e[0;m
`,
    );
  });

  it('of a job with unknown options is their refusal alone', async () => {
    const log = await logOf(
      {
        type: 'refused',
        refusal: {
          code: 'job.executor-options',
          reason: 'internal',
          message: 'Unsupported',
          plugin: 'p',
        },
      },
      {
        type: 'finished',
        result: { job: '1', outcome: failure('internal', 'Unsupported'), units: [] },
      },
    );
    expect(log).toBe('Unsupported\n');
  });

  it('says behind its section that after_script failed and does not matter', async () => {
    const after = stage('after_script_on_failure', 'Running after_script', {
      countsAsFailure: false,
    });
    const log = await logOf(
      creating,
      ...ran(after, failure('script_failed', 'command terminated with exit code 1')),
    );
    expect(log).toContain(
      String.raw`section_end:1700000000:after_script\r\e[0K\e[0;33mWARNING: after_script failed, but job will continue unaffected: command terminated with exit code 1\e[0;m`,
    );
  });

  it('tells the story of a failed pod before the section ends', async () => {
    const outcome: Outcome = {
      kind: 'failure',
      reason: 'evicted',
      message: 'gone',
      story: ['node low on memory'],
      hint: 'use less',
    };
    const log = await logOf(creating, finished(outcome));
    expect(log).toContain(
      String.raw`\e[0;33mWARNING: node low on memory\e[0;m
\e[0KHint: use less\e[0;m
section_end`,
    );
  });

  it('passes output bytes on as they are', async () => {
    const bytes = new Uint8Array([0xff, 0x00, 0x0a]);
    const taken: Uint8Array[] = [];
    const trace = createJobTrace({
      runnerName: '',
      version: '',
      revision: '',
      shortToken: '',
      systemId: '',
      timestamps: false,
      executorName: '',
      write: (chunk) => Promise.resolve(void taken.push(chunk)),
    });
    await trace.handle({ type: 'output', unit, attempt: 1, stage: step, bytes, offset: 0 });
    expect(taken).toEqual([bytes]);
  });

  it('follows the rules of its log, in the words of the runner too', async () => {
    const chunks: Uint8Array[] = [];
    const trace = createJobTrace({
      runnerName: 's3cr3t',
      version: '',
      revision: '',
      shortToken: '',
      systemId: '',
      timestamps: false,
      executorName: '',
      rules: { secrets: ['s3cr3t', 'open'] },
      write: (chunk) => Promise.resolve(void chunks.push(Buffer.from(chunk))),
    });
    await trace.handle(creating);
    for (const text of ['say s3c', 'r3t\n', 'op'])
      await trace.handle({
        type: 'output',
        unit,
        attempt: 1,
        stage: step,
        bytes: Buffer.from(text),
        offset: 0,
      });
    const log = Buffer.concat(chunks).toString();
    expect(log).toContain('on [MASKED] ');
    expect(log.endsWith('say [MASKED]\n')).toBe(true);
    expect(trace.log.position('01O')).toEqual({
      taken: { raw: 13, log: log.length },
      final: { raw: 11, log: log.length },
    });
    expect(trace.log.state().streams).toHaveLength(2);
  });

  it('with timestamps says of every line when and where from it came', async () => {
    const chunks: Uint8Array[] = [];
    const { handle } = createJobTrace({
      runnerName: 'r',
      version: '1',
      revision: 'x',
      shortToken: 't',
      systemId: 's',
      timestamps: true,
      executorName: 'kubernetes',
      clock: { now: () => 1_700_000_000_000 },
      write: (bytes) => Promise.resolve(void chunks.push(bytes)),
    });
    for (const event of [creating, ...ran(step, success, 'hello'), finished(success)])
      await handle(event);
    const lines = Buffer.concat(chunks)
      .toString()
      .replaceAll('\u001B', String.raw`\e`)
      .replaceAll('\r', String.raw`\r`)
      .replaceAll('2023-11-14T22:13:20.000000Z', 'T');
    expect(lines).toBe(String.raw`T 00O \e[0KRunning with gitlab-runner 1 (x)\e[0;m
T 00O \e[0K  on r t, system ID: s\e[0;m
T 00O section_start:1700000000:prepare_executor\r\e[0K
T 00O+\e[0K\e[36;1mPreparing the "kubernetes" executor\e[0;m\e[0;m
T 00O section_end:1700000000:prepare_executor\r\e[0K
T 00O+section_start:1700000000:prepare_script\r\e[0K
T 00O+\e[0K\e[36;1mPreparing environment\e[0;m\e[0;m
T 00O section_end:1700000000:prepare_script\r\e[0K
T 00O+section_start:1700000000:step_script\r\e[0K
T 00O+\e[0K\e[36;1mExecuting "step_script" stage of the job script\e[0;m\e[0;m
T 01O hello
T 00O section_end:1700000000:step_script\r\e[0K
T 00O \e[32;1mJob succeeded\e[0;m
`);
  });
});
