import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentVariables } from '../config/agent-variables.ts';
import { readAgentSettings, type AgentSettings } from './agent-settings.ts';

const { signal } = new AbortController();
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-settings-'));
  await writeFile(join(folder, 'words.pem'), 'no certificate');
  await writeFile(
    join(folder, 'broken.pem'),
    '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const settingsOf = (
  environment: Readonly<Record<string, string>>,
  flags: Readonly<Record<string, string>> = {},
): Promise<AgentSettings> => readAgentSettings({ environment, flags }, { signal });

it('without an environment all is as with the agent of Woodpecker', async () => {
  expect(await settingsOf({})).toEqual({
    server: 'localhost:9000',
    secret: '',
    secure: false,
    skipVerify: true,
    retryTimeout: 120_000,
    logBuffer: 100,
    hostname: hostname(),
    configFile: '/etc/woodpecker/agent.conf',
    labels: {},
    maxWorkflows: 1,
    singleWorkflow: false,
    healthcheck: true,
    healthAddress: ':3000',
    keepaliveTime: undefined,
    keepaliveTimeout: 20_000,
    backend: 'auto-detect',
    connectRetryCount: 5,
    connectRetryDelay: 2_000,
    logLevel: 'info',
    logFile: 'stderr',
    pretty: undefined,
    noColor: undefined,
    stateDirectory: '/etc/woodpecker/millrace-woodpecker',
    warnings: [],
  });
});

/** Variable, flag, a value, and what the agent makes of it. */
const rows: readonly (readonly [string, string, string, Partial<AgentSettings>])[] = [
  ['WOODPECKER_SERVER', 'server', 'ci.example.org:443', { server: 'ci.example.org:443' }],
  ['WOODPECKER_AGENT_SECRET', 'grpc-token', ' word ', { secret: 'word' }],
  ['WOODPECKER_GRPC_SECURE', 'grpc-secure', 't', { secure: true }],
  ['WOODPECKER_GRPC_SKIP_VERIFY', 'grpc-skip-insecure', 'false', { skipVerify: false }],
  ['WOODPECKER_GRPC_VERIFY', 'grpc-skip-insecure-deprecated', 'F', { skipVerify: false }],
  ['WOODPECKER_RETRY_TIMEOUT', 'retry-timeout', '1m30s', { retryTimeout: 90_000 }],
  [
    'WOODPECKER_LOG_ENTRY_STREAM_BUFFER_SIZE',
    'log-entry-stream-buffer-size',
    '0',
    { logBuffer: 0 },
  ],
  ['WOODPECKER_HOSTNAME', 'hostname', 'here', { hostname: 'here' }],
  [
    'WOODPECKER_AGENT_CONFIG_FILE',
    'agent-config',
    '',
    { configFile: '', stateDirectory: undefined },
  ],
  ['WOODPECKER_AGENT_LABELS', 'labels', 'a=1, !b=x=y,', { labels: { a: '1', '!b': 'x=y' } }],
  ['WOODPECKER_MAX_WORKFLOWS', 'max-workflows', '4', { maxWorkflows: 4 }],
  ['WOODPECKER_AGENT_SINGLE_WORKFLOW', 'single-workflow', 'true', { singleWorkflow: true }],
  ['WOODPECKER_HEALTHCHECK', 'healthcheck', '0', { healthcheck: false }],
  ['WOODPECKER_HEALTHCHECK_ADDR', 'healthcheck-addr', '[::1]:80', { healthAddress: '[::1]:80' }],
  ['WOODPECKER_KEEPALIVE_TIME', 'keepalive-time', '10s', { keepaliveTime: 10_000 }],
  ['WOODPECKER_KEEPALIVE_TIMEOUT', 'keepalive-timeout', '500ms', { keepaliveTimeout: 500 }],
  ['WOODPECKER_BACKEND', 'backend-engine', 'kubernetes', { backend: 'kubernetes' }],
  ['WOODPECKER_CONNECT_RETRY_COUNT', 'connect-retry-count', '0', { connectRetryCount: 0 }],
  ['WOODPECKER_CONNECT_RETRY_DELAY', 'connect-retry-delay', '1h', { connectRetryDelay: 3_600_000 }],
  ['WOODPECKER_LOG_LEVEL', 'log-level', 'DEBUG', { logLevel: 'debug' }],
  ['WOODPECKER_LOG_FILE', 'log-file', '/var/log/agent', { logFile: '/var/log/agent' }],
  ['WOODPECKER_DEBUG_PRETTY', 'pretty', 'true', { pretty: true }],
  ['WOODPECKER_DEBUG_NOCOLOR', 'nocolor', 'false', { noColor: false }],
  ['MILLRACE_STATE_DIR', 'state-dir', '/state', { stateDirectory: '/state' }],
];

it.each(rows)('%s has the flag --%s and takes %j', async (name, flag, value, expected) => {
  expect(agentVariables.find(({ names }) => names[0] === name)?.flag).toBe(flag);
  expect(await settingsOf({ [name]: value })).toMatchObject(expected);
  expect(await settingsOf({ [name]: 'another' }, { [name]: value })).toMatchObject(expected);
});

it('no variable is left out of these rows', () => {
  expect(agentVariables.map(({ names }) => names[0]).toSorted()).toEqual(
    rows.map(([name]) => name).toSorted(),
  );
});

it.each([
  ['WOODPECKER_FILTER_LABELS', 'a=1', { labels: { a: '1' } }],
  ['WOODPECKER_MAX_PROCS', '3', { maxWorkflows: 3 }],
])('%s, the former name, is read', async (name, value, expected) => {
  expect(await settingsOf({ [name]: value })).toMatchObject(expected);
});

describe('what was meant otherwise', () => {
  it('the former name of the switch for certificates is warned about, and loses', async () => {
    const { skipVerify, warnings } = await settingsOf({ WOODPECKER_GRPC_VERIFY: 'false' });
    expect(skipVerify).toBe(false);
    expect(warnings).toEqual([expect.stringContaining('write WOODPECKER_GRPC_SKIP_VERIFY')]);
    const both = { WOODPECKER_GRPC_VERIFY: 'false', WOODPECKER_GRPC_SKIP_VERIFY: 'true' };
    expect(await settingsOf(both)).toMatchObject({ skipVerify: true, warnings: [] });
  });

  it('an agent of one workflow takes one at a time, and says so', async () => {
    const settings = await settingsOf({
      WOODPECKER_AGENT_SINGLE_WORKFLOW: 'true',
      WOODPECKER_MAX_WORKFLOWS: '3',
    });
    expect(settings.maxWorkflows).toBe(1);
    expect(settings.warnings).toEqual([expect.stringContaining('WOODPECKER_MAX_WORKFLOWS is 3')]);
  });

  it.each([
    [
      { WOODPECKER_LOG_LEVEL: 'loud' },
      /WOODPECKER_LOG_LEVEL.*unknown logging level: loud/,
      /write trace, debug, .* or disabled/,
    ],
    [{ WOODPECKER_MAX_WORKFLOWS: '0' }, /WOODPECKER_MAX_WORKFLOWS.*must be 1 or more/, /1 or more/],
    [{ WOODPECKER_LOG_ENTRY_STREAM_BUFFER_SIZE: '-1' }, /must be 0 or more, not -1/, /0 or more/],
    [{ WOODPECKER_AGENT_LABELS: 'zone' }, /key 'zone' does not have a value assigned/, /key=value/],
    [{ WOODPECKER_AGENT_LABELS: '=a' }, /empty string in slice/, /key=value/],
    [{ WOODPECKER_GRPC_SECURE: 'yes' }, /could not parse "yes" as bool/, /true or false/],
  ])('%j is refused with what to write', async (environment, message, hint) => {
    await expect(settingsOf(environment)).rejects.toMatchObject({
      code: 'MILLRACE_E_CONFIG',
      message: expect.stringMatching(message) as string,
      hint: expect.stringMatching(hint) as string,
    });
  });

  it.each([
    ['is not there', 'none.pem', /cannot be read/],
    ['has no certificate', 'words.pem', /has no certificate/],
    ['has a broken one', 'broken.pem', /cannot be read/],
  ])(
    'a file of trusted certificates that %s is refused where certificates are verified',
    async (_what, name, message) => {
      const trusted = { SSL_CERT_FILE: join(folder, name) };
      const verified = { WOODPECKER_GRPC_SECURE: 'true', WOODPECKER_GRPC_SKIP_VERIFY: 'false' };
      await expect(settingsOf({ ...trusted, ...verified })).rejects.toThrow(message);
      await expect(settingsOf(trusted)).resolves.toMatchObject({ secure: false });
    },
  );

  it('all problems are told at once', async () => {
    await expect(
      settingsOf({ WOODPECKER_LOG_LEVEL: 'loud', WOODPECKER_MAX_WORKFLOWS: 'many' }),
    ).rejects.toThrow(
      /WOODPECKER_MAX_WORKFLOWS[^]*WOODPECKER_LOG_LEVEL|WOODPECKER_LOG_LEVEL[^]*WOODPECKER_MAX_WORKFLOWS/,
    );
  });
});
