import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { stripVTControlCharacters } from 'node:util';
import type { Logger } from '@millrace/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openAgentLogger, type AgentLoggerOptions } from './agent-logger.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-log-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Place extends Partial<AgentLoggerOptions> {
  readonly isTerminal?: boolean;
}

/** What is written by a few lines of each level. */
async function written({ isTerminal = false, ...options }: Place): Promise<Written> {
  const streams = [new PassThrough(), new PassThrough()] as const;
  const [stdout, stderr] = streams;
  const [out, err] = [text(stdout), text(stderr)];
  for (const stream of streams) Object.assign(stream, { isTTY: isTerminal });
  const logger = openAgentLogger({
    level: 'info',
    file: 'stderr',
    pretty: undefined,
    noColor: undefined,
    environment: {},
    stdout,
    stderr,
    ...options,
  });
  say(logger);
  for (const stream of streams) stream.end();
  return { out: await out, err: await err };
}

interface Written {
  readonly out: string;
  readonly err: string;
}

function say(logger: Logger): void {
  logger.debug('a detail');
  logger.child({ workflow: '42' }).info('began', { agent_id: 1 });
  logger.warn('careful');
  logger.error('broken', { error: 'it fell' });
}

it('is a JSON object a line where it does not go to a terminal', async () => {
  const { out, err } = await written({});
  expect(out).toBe('');
  const lines = err
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  expect(lines).toMatchObject([
    { level: 'info', workflow: '42', agent_id: 1, message: 'began' },
    { level: 'warn', message: 'careful' },
    { level: 'error', error: 'it fell', message: 'broken' },
  ]);
});

it('goes to standard output where that is asked for', async () => {
  const { out, err } = await written({ file: 'stdout' });
  expect(out).toContain('"began"');
  expect(err).toBe('');
});

const forPeople =
  /^\S+Z INF began workflow=42 agent_id=1\n\S+Z WRN careful\n\S+Z ERR broken error=it fell\n$/;

it.each<[string, Place, boolean]>([
  ['on a terminal', { isTerminal: true }, true],
  ['where that is asked for', { pretty: true }, false],
  ['in colours elsewhere, where that is asked for', { pretty: true, noColor: false }, true],
  [
    'without colours on a terminal, where that is asked for',
    { isTerminal: true, noColor: true },
    false,
  ],
  ['without colours by NO_COLOR', { isTerminal: true, environment: { NO_COLOR: '1' } }, false],
  ['in colours by an empty NO_COLOR', { isTerminal: true, environment: { NO_COLOR: '' } }, true],
  [
    'without colours by NO_COLOR, whatever else is said',
    { pretty: true, noColor: false, environment: { NO_COLOR: '1' } },
    false,
  ],
])('is for people %s', async (_when, place, isColored) => {
  const { err } = await written(place);
  const plain = stripVTControlCharacters(err);
  expect(plain).toMatch(forPeople);
  expect(err !== plain).toBe(isColored);
});

it('is for programs on a terminal where that is asked for, without colours', async () => {
  const { err } = await written({ isTerminal: true, pretty: false, noColor: false });
  expect(JSON.parse(err.split('\n')[0] ?? '')).toMatchObject({ message: 'began' });
});

it.each([
  ['trace', ['a detail', 'began', 'careful', 'broken']],
  ['debug', ['a detail', 'began', 'careful', 'broken']],
  ['warn', ['careful', 'broken']],
  ['fatal', []],
  ['disabled', []],
] as const)('of level %s says %j', async (level, messages) => {
  const { err } = await written({ level });
  const said = err.split('\n').filter((line) => line !== '');
  expect(said.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual(messages);
});

it('a file has its lines, also for people, and never colours', async () => {
  const file = join(folder, 'agent.log');
  const { out, err } = await written({ file, isTerminal: true, pretty: true, noColor: false });
  expect([out, err]).toEqual(['', '']);
  expect(await readFile(file, 'utf8')).toMatch(forPeople);
});

it('a file that cannot be opened is told with its variable', async () => {
  await expect(written({ file: join(folder, 'none', 'agent.log') })).rejects.toMatchObject({
    code: 'MILLRACE_E_CONFIG',
    message: expect.stringContaining('WOODPECKER_LOG_FILE: could not open log file') as string,
  });
});
