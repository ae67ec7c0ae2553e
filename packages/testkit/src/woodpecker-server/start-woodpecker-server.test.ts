import { createFakeClock } from '@millrace/async';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AgentCallName, RequestOf } from './calls.ts';
import {
  openRawAgent,
  type RawAgent,
  type RawAnswer,
  type RawOptions,
} from './raw-agent.test.helper.ts';
import { startWoodpeckerServer } from './start-woodpecker-server.ts';
import type { StepReport } from './step-machine.ts';
import type { WoodpeckerServer, WoodpeckerServerOptions } from './woodpecker-server.ts';

const began = 1_700_000_000;
const labels = { hostname: 'h', platform: 'linux/amd64', backend: 'kubernetes', repo: '*' };
const running = { started: began, finished: 0, error: '', canceled: false };
const over = { ...running, finished: began + 9 };
const start: StepReport = {
  step_uuid: 'A',
  started: 0,
  finished: 0,
  exited: false,
  exit_code: 0,
  error: '',
  canceled: false,
  skipped: false,
};
const exit: StepReport = { ...start, started: began, finished: began + 5, exited: true };
const info = {
  platform: 'linux/amd64',
  capacity: 1,
  backend: 'kubernetes',
  version: 'x',
  customLabels: {},
};
const payload = (failure = 'fail') => ({
  pipeline: [{ steps: [{ name: 'a', uuid: 'A', failure }] }, { steps: [{ name: 'b', uuid: 'B' }] }],
});

interface Room {
  readonly server: WoodpeckerServer;
  readonly raw: RawAgent;
  /** Calls as an agent that was let in. */
  readonly call: <Call extends AgentCallName>(
    call: Call,
    request: Partial<RequestOf<Call>>,
    options?: RawOptions,
  ) => Promise<RawAnswer<Call>>;
  readonly update: (report: Partial<StepReport>) => Promise<RawAnswer<'Update'>>;
  readonly log: (line: number, text: string, step?: string) => Promise<RawAnswer<'Log'>>;
}

const introduced = { hostname: 'h', 'proto-version': '16' };

async function open(options?: WoodpeckerServerOptions): Promise<Room> {
  const server = await startWoodpeckerServer(options);
  const raw = openRawAgent(server.address);
  onTestFinished(async () => {
    raw.close();
    await server.close();
  });
  const { response } = await raw.call('Auth', { agent_token: server.secret, agent_id: -1 });
  const token = response.access_token ?? '';
  const call: Room['call'] = (name, request, more = {}) =>
    raw.call(name, request, {
      ...more,
      metadata: {
        token,
        ...(['RegisterAgent', 'ReportHealth', 'Version'].includes(name) ? introduced : {}),
        ...more.metadata,
      },
    });
  await call('Version', {});
  await call('RegisterAgent', { info });
  return {
    server,
    raw,
    call,
    update: (report) => call('Update', { id: '42', state: { ...start, ...report } }),
    log: (line, text, step = 'A') =>
      call('Log', {
        logEntries: [{ step_uuid: step, time: 0, line, type: 0, data: Buffer.from(text) }],
      }),
  };
}

/** With workflow 42 taken. */
async function take(options?: WoodpeckerServerOptions, failure?: string): Promise<Room> {
  const room = await open(options);
  room.server.addWorkflow({ id: '42', payload: payload(failure) });
  await room.call('Next', { filter: { labels } });
  return room;
}

/** With workflow 42 begun and its first step running. */
async function begin(options?: WoodpeckerServerOptions, failure?: string): Promise<Room> {
  const room = await take(options, failure);
  await room.call('Init', { id: '42', state: running });
  await room.update({});
  return room;
}

it('leads a workflow to its end, and finds nothing wrong with a right agent', async () => {
  const { server, call, update, log } = await begin();
  expect(server.workflow('42')).toMatchObject({ status: 'running', pipelineStatus: 'running' });
  await log(0, 'hello');
  await update(exit);
  await update({ step_uuid: 'B', skipped: true });
  await call('Done', { id: '42', state: over });
  expect(await server.whenDone('42')).toBe('success');
  expect(server.workflow('42').steps.map(({ status }) => status)).toEqual(['success', 'skipped']);
  expect(server.logOf('42', 'a')).toEqual(['hello']);
  expect(server.updatesOf('42', 'a')).toEqual([start, exit]);
  expect(server.violations()).toEqual([]);
});

/** What an agent does wrong while the first step runs, and the sentence about it. */
type Breach = readonly [string, (room: Room) => Promise<unknown>, string];

const breaches: readonly Breach[] = [
  ['a wrong secret', ({ raw }) => raw.call('Auth', { agent_token: 'x' }), 'individual agent not'],
  ['no token', ({ raw }) => raw.call('Extend', { id: '42' }), 'token is not provided'],
  [
    'a token that it made up',
    ({ call }) => call('Extend', { id: '42' }, { metadata: { token: 'a.b.c' } }),
    'signature is invalid',
  ],
  [
    'more metadata than a token',
    ({ call }) => call('Extend', { id: '42' }, { metadata: { hostname: 'h' } }),
    'Extend: metadata hostname',
  ],
  [
    'no host',
    ({ raw, server }) =>
      raw.call(
        'ReportHealth',
        { status: 'I am alive!' },
        { metadata: { token: String(server.calls()[1]?.metadata['token']) } },
      ),
    'ReportHealth: no metadata hostname',
  ],
  ['other words of life', ({ call }) => call('ReportHealth', { status: 'ok' }), 'Are you alive?'],
  ['no labels', ({ call }) => call('Next', { filter: { labels: {} } }), 'crashes when there'],
  [
    'the label of the server',
    async ({ call, server }) => {
      const stop = new AbortController();
      const filter = { labels: { ...labels, 'org-id': '1' } };
      const asked = call('Next', { filter }, { signal: stop.signal });
      await server.whenPolled();
      stop.abort();
      await asked;
    },
    'the label org-id is for the server to set',
  ],
  [
    'a platform that is none',
    ({ call }) => call('RegisterAgent', { info: { ...info, platform: 'Linux' } }),
    'platform is "Linux"',
  ],
  ['no info', ({ call }) => call('RegisterAgent', {}), 'there is no info'],
  [
    'bytes that are none',
    ({ call }) => call('Extend', {}, { bytes: Buffer.from('0a') }),
    'Extend: ',
  ],
  ['milliseconds', ({ update }) => update({ ...exit, finished: began * 1000 }), 'not in seconds'],
  ['a second start', ({ update }) => update({}), 'step has state running and does not expect'],
  ['an exit without its time', ({ update }) => update({ exited: true }), 'do not agree'],
  [
    'a code and an error',
    ({ update }) => update({ ...exit, exit_code: 3, error: 'x' }),
    'no error besides its code',
  ],
  [
    'another word for canceled',
    ({ update }) => update({ started: began, canceled: true, error: 'stop' }),
    'the error of a canceled step is "stop"',
  ],
  [
    'an end without a start',
    ({ update }) => update({ ...exit, step_uuid: 'B' }),
    'it ended and was never said to start',
  ],
  ['a gap in a log', ({ log }) => log(1, 'x'), 'line 1 where 0 was to come'],
  ['a line break', ({ log }) => log(0, 'x\n'), 'line 0 has a line break'],
  ['a log before the start', ({ log }) => log(0, 'x', 'B'), 'log of b: the step has not started'],
  ['an empty batch', ({ call }) => call('Log', { logEntries: [] }), 'a batch without entries'],
  [
    'a step left open',
    ({ call }) => call('Done', { id: '42', state: over }),
    'step a of workflow 42 is still running',
  ],
  [
    'an end before the start',
    ({ call }) => call('Done', { id: '42', state: { ...over, finished: began - 1, error: 'x' } }),
    'no end after its start',
  ],
  [
    'leaving while a workflow runs',
    ({ call }) => call('UnregisterAgent', {}),
    'workflow 42 is not done',
  ],
];

it.each(breaches)('takes a note of %s', async (_what, breach, sentence) => {
  const room = await begin();
  expect(room.server.violations()).toEqual([]);
  await breach(room);
  expect(room.server.violations().join('\n')).toContain(sentence);
});

it('gives a workflow to the agent that fits it best', async () => {
  const { server, call } = await open();
  const any = call('Next', { filter: { labels } });
  const own = call('Next', { filter: { labels: { ...labels, repo: 'acme/demo' } } });
  await server.until(() => server.heldPolls() === 2);
  server.addWorkflow({ id: '7', payload: payload() });
  expect((await own).response.workflow?.id).toBe('7');
  server.releasePolls();
  expect((await any).response.workflow).toBeUndefined();
});

describe('a lease', () => {
  it('ends after a minute without a sign of life, and the workflow is lost for all agents', async () => {
    const clock = createFakeClock(began * 1000);
    const { server, call } = await begin({ clock });
    const ended = call('Wait', { id: '42' });
    await server.until(() => server.calls().at(-1)?.name === 'Wait');
    await clock.advance(59_999);
    await call('Extend', { id: '42' });
    await clock.advance(59_999);
    expect(server.calls().find(({ name }) => name === 'Wait')?.outcome).toBeUndefined();
    await clock.advance(1);
    expect(await ended).toMatchObject({ code: 'UNKNOWN', text: 'queue: task expired' });
    expect((await call('Next', { filter: { labels } })).response.workflow).toBeUndefined();
    expect((await call('Extend', { id: '42' })).text).toBe('queue: task not found');
    expect(server.workflow('42').status).toBe('running');
    expect(server.violations()).toEqual([]);
  });
});

it('a token is good for an hour', async () => {
  const clock = createFakeClock(began * 1000);
  const { call } = await open({ clock });
  await clock.advance(3_599_999);
  expect((await call('Version', {})).code).toBe('OK');
  await clock.advance(1);
  expect(await call('Version', {})).toMatchObject({
    code: 'UNAUTHENTICATED',
    text: 'access token is invalid: invalid token: token has invalid claims: token is expired',
  });
});

it('takes logs for five minutes after the end', async () => {
  const clock = createFakeClock(began * 1000);
  const { call, update, log } = await begin({ clock });
  await update(exit);
  await update({ step_uuid: 'B', skipped: true });
  await call('Done', { id: '42', state: over });
  await clock.advance(300_000);
  expect((await log(0, 'late')).code).toBe('OK');
  await clock.advance(1_000);
  expect(await log(1, 'too late')).toMatchObject({
    code: 'UNKNOWN',
    text: 'can not alter logs: agent can not append logs to a step that is marked not running',
  });
});

describe('a cancel', () => {
  it('ends the whole pipeline: what runs is told, what waits is skipped', async () => {
    const { server, call, update } = await open();
    server.addWorkflow({ id: '42', payload: payload(), pipeline: 'p' });
    server.addWorkflow({ id: '43', payload: payload(), pipeline: 'p' });
    await call('Next', { filter: { labels } });
    await call('Init', { id: '42', state: running });
    await update({});
    const ended = call('Wait', { id: '42' });
    await server.until(() => server.calls().at(-1)?.name === 'Wait');
    server.cancel('43');
    expect((await ended).response.canceled).toBe(true);
    expect(server.workflow('43')).toMatchObject({ status: 'skipped', pipelineStatus: 'killed' });
    expect(server.workflow('42').steps.map(({ status }) => status)).toEqual([
      'running',
      'canceled',
    ]);
    await update({ started: began, error: 'Canceled', canceled: true });
    await call('Done', { id: '42', state: { ...over, canceled: true } });
    expect(server.workflow('42').status).toBe('killed');
    expect(server.violations()).toEqual([]);
  });

  it('of a pipeline that nobody took leaves it canceled', async () => {
    const { server } = await open();
    server.addWorkflow({ id: '42', payload: payload() });
    server.cancel('42');
    expect(server.workflow('42')).toMatchObject({ status: 'skipped', pipelineStatus: 'canceled' });
  });

  it('follows from a failing step that says so', async () => {
    const { server, call, update } = await begin({}, 'cancel');
    await update({ ...exit, exit_code: 1 });
    expect(server.workflow('42').steps.map(({ status }) => status)).toEqual([
      'failure',
      'canceled',
    ]);
    await call('Done', { id: '42', state: { ...over, canceled: true } });
    expect(await server.whenDone('42')).toBe('killed');
    expect(server.violations()).toEqual([]);
  });
});

describe('a fault', () => {
  it('refuses as often as it is told to', async () => {
    const { server, call } = await begin();
    const fault = server.faults.add(
      { call: 'Extend', workflow: '42' },
      { kind: 'refuse', status: 'UNAVAILABLE', text: 'not now' },
      { times: 1 },
    );
    expect(await call('Extend', { id: '42' })).toMatchObject({
      code: 'UNAVAILABLE',
      text: 'not now',
    });
    expect((await call('Extend', { id: '42' })).code).toBe('OK');
    expect(fault.hits()).toBe(1);
  });

  it.each([
    ['reset', []],
    ['lose-answer', ['x']],
  ] as const)('of kind %s ends the connection, and the log is then %j', async (kind, lines) => {
    const { server, log } = await begin();
    server.faults.add({ call: 'Log' }, { kind });
    expect((await log(0, 'x')).code).toBe('UNAVAILABLE');
    expect(server.logOf('42', 'a')).toEqual(lines);
    expect(server.violations()).toEqual([]);
  });

  it('drops a call that a test does not want', async () => {
    const { server, call } = await begin();
    const stop = server.faults.onCall(({ call: name }) =>
      name === 'Extend' ? 'drop' : 'carry-out',
    );
    expect((await call('Extend', { id: '42' })).code).toBe('UNAVAILABLE');
    stop();
    expect(server.calls().at(-1)).toMatchObject({ name: 'Extend', outcome: 'reset' });
  });

  it('speaks another version, and hands out what is no workflow', async () => {
    const { server, call } = await open();
    server.faults.add({}, { kind: 'speak', version: 17 }, { times: 1 });
    expect((await call('Version', {})).response.grpc_version).toBe(17);
    server.addWorkflow({ id: '42', payload: payload() });
    server.faults.add({ call: 'Next' }, { kind: 'payload', bytes: Buffer.from('{') });
    const { response } = await call('Next', { filter: { labels } });
    expect(response.workflow?.payload.toString()).toBe('{');
  });
});

it('knows agents by tokens of their own, and never removes those', async () => {
  const { server, raw } = await open({ agentTokens: ['mine'] });
  const { response } = await raw.call('Auth', { agent_token: 'mine', agent_id: -1 });
  expect(response.agent_id).toBe(1);
  await raw.call('UnregisterAgent', {}, { metadata: { token: response.access_token ?? '' } });
  expect(server.agents().map(({ id }) => id)).toContain(1);
});
