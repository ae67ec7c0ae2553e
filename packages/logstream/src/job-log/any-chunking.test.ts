import { describe, expect, it } from 'vitest';
import { createLiteralFinder } from '../literals/literal-finder.ts';
import { cut, seededNumbers, testSeed, type Numbers } from '../seeded-numbers.test.helper.ts';
import { gitlabSecretParameters, gitlabTokenPrefixes } from './gitlab-rules.ts';
import { createJobLog, type JobLogOptions, type JobLogState } from './job-log.ts';
import { createSecretMasker, MASKED } from './secret-masker.ts';

const seed = testSeed(process.env);

const pick = <T>(from: readonly [T, ...T[]], numbers: Numbers): T =>
  from[numbers(from.length)] ?? from[0];

describe('secrets', () => {
  // A quarter has lines of its own; some stand in each other, because the alphabet is small.
  const word = (length: number, numbers: Numbers): string =>
    Array.from({ length }, () => pick(['a', 'b', 'a', 'b', 'c', '\n'], numbers)).join('');

  /** The slow and obvious way: marks every byte of every occurrence. */
  function expectedMask(text: string, secrets: readonly string[]): string {
    const regions: { start: number; end: number }[] = [];
    for (let start = 0; start < text.length; start++) {
      const lengths = secrets.filter((secret) => text.startsWith(secret, start));
      const end = start + Math.max(0, ...lengths.map(({ length }) => length));
      const last = regions.at(-1);
      if (end === start) continue;
      if (last !== undefined && start < last.end) last.end = Math.max(last.end, end);
      else regions.push({ start, end });
    }
    let output = '';
    let done = 0;
    for (const { start, end } of regions) {
      output += text.slice(done, start) + MASKED;
      done = end;
    }
    return output + text.slice(done);
  }

  it('leak in none of a million chunkings, and each gives the same', { timeout: 300_000 }, () => {
    const numbers = seededNumbers(seed);
    const [texts, chunkings] = [4000, 250];
    const output = Buffer.alloc(1000);
    for (let round = 0; round < texts; round++) {
      const secrets = Array.from({ length: 1 + numbers(4) }, () => word(1 + numbers(6), numbers));
      const text = word(4 + numbers(12), numbers);
      const bytes = Buffer.from(text);
      const expected = expectedMask(text, secrets);
      const leaks = secrets.filter((secret) => expected.includes(secret));
      expect({ seed, round, leaks }).toEqual({ seed, round, leaks: [] });
      // One masker for all: it is as new after its end.
      const masker = createSecretMasker(
        createLiteralFinder(secrets.map((secret) => Buffer.from(secret))),
      );
      for (let chunking = 0; chunking < chunkings; chunking++) {
        const most = 1 + numbers(chunking % 2 === 0 ? 4 : bytes.length);
        let length = 0;
        const take = (given: Uint8Array): void => {
          output.set(given, length);
          length += given.length;
        };
        for (let at = 0; at < bytes.length;) {
          const end = at + 1 + numbers(most);
          take(masker.push(bytes.subarray(at, end)));
          at = end;
        }
        take(masker.end());
        const given = output.toString('latin1', 0, length);
        if (given !== expected)
          expect({ seed, round, secrets, given }).toEqual({
            seed,
            round,
            secrets,
            given: expected,
          });
      }
    }
  });
});

/** Pieces of which logs are made, so that everything that is remembered between chunks occurs. */
const pieces = [
  'plain text ',
  '\n',
  '\r\n',
  's3cr3t-value',
  's3cr3t',
  'value-of\ntwo lines',
  '-value-of',
  'glpat-',
  'glrt-t1_abc',
  '?private_token=',
  '&X-Amz-Credential=k',
  '&a=b',
  'glpat-s3cr3t',
  'ä€😀',
] as const;
const secrets = ['s3cr3t-value', 's3cr3t', 'value-of\ntwo lines', 't-v', 'of\ntwo'];
const broken = [
  Buffer.from('€').subarray(0, 2),
  Buffer.of(0xff),
  Buffer.from('😀').subarray(1),
] as const;

function randomLog(numbers: Numbers, carriageReturns: boolean): Buffer {
  return Buffer.concat(
    Array.from({ length: numbers(30) }, () => {
      if (numbers(12) === 0) return pick(broken, numbers);
      if (carriageReturns && numbers(8) === 0) return Buffer.from('42%\r');
      const piece = pick(pieces, numbers);
      // With timestamps a line is shown in parts where a chunk ends behind a carriage return.
      const text = carriageReturns ? piece : piece.replace('\r', '');
      // A piece may break off.
      return Buffer.from(text.slice(0, numbers(4) === 0 ? numbers(text.length) : text.length));
    }),
  );
}

const rules: JobLogOptions = {
  secrets,
  parameters: gitlabSecretParameters,
  tokenPrefixes: gitlabTokenPrefixes(true),
  repairCharacters: true,
};
const timestamps = { now: (): number => 1_700_000_000_000 };
const stream = '01O';

/** The log of a job whose runner is killed now and then, and goes on from the last state that it wrote. */
function logWithKills(options: JobLogOptions, raw: Buffer, numbers: Numbers): Buffer {
  let log = createJobLog(options);
  let spool = Buffer.alloc(0);
  let stored = JSON.stringify(log.state());
  for (let at = 0; at < raw.length;) {
    const end = at + 1 + numbers(12);
    spool = Buffer.concat([spool, log.write(stream, raw.subarray(at, end))]);
    at = Math.min(raw.length, end);
    if (numbers(3) === 0) stored = JSON.stringify(log.state());
    if (numbers(6) > 0) continue;
    const state = JSON.parse(stored) as JobLogState;
    log = createJobLog({ ...options, state });
    spool = spool.subarray(0, state.written);
    at = log.position(stream).taken.raw;
  }
  return Buffer.concat([spool, log.endStreams()]);
}

function logAtOnce(options: JobLogOptions, raw: Buffer): Buffer {
  const log = createJobLog(options);
  // Copied: the first bytes may share memory with the raw ones.
  return Buffer.concat([log.write(stream, raw), log.endStreams()]);
}

/** The lines of a log with timestamps, without the last newline. */
function withoutTimestamps(log: Buffer): string {
  const lines = log.toString().split(/(?<=\n)(?=2023-11-14T22:13:20\.000000Z 01O[ +])/);
  return lines
    .map((line, at) => (at > 0 && line[31] === ' ' ? '\n' : '') + line.slice(32).replace(/\n$/, ''))
    .join('');
}

describe('a job log', () => {
  it.each<[string, JobLogOptions, boolean]>([
    ['as it is', rules, true],
    ['with a limit', { ...rules, limit: { bytes: 150, notice: '\nfull\n' } }, true],
    ['with timestamps', { ...rules, timestamps }, false],
    ['with both', { ...rules, timestamps, limit: { bytes: 200, notice: '\nfull\n' } }, false],
  ])('%s is the same in any chunking and after any kills', (_rules, options, carriageReturns) => {
    const numbers = seededNumbers(seed);
    for (let round = 0; round < 1000; round++) {
      const raw = randomLog(numbers, carriageReturns);
      const expected = logAtOnce(options, raw).toString();
      const which = { seed, round, raw: raw.toString('latin1') };
      const given = logWithKills(options, raw, numbers).toString();
      const leaks = secrets.filter((secret) => given.includes(secret));
      expect({ ...which, given, leaks }).toEqual({ ...which, given: expected, leaks: [] });
    }
  });

  it('with timestamps and carriage returns has the same text after any kills', () => {
    const numbers = seededNumbers(seed);
    for (let round = 0; round < 1000; round++) {
      const raw = randomLog(numbers, true);
      const expected = logAtOnce(rules, raw).toString().replace(/\n$/, '');
      const which = { seed, round, raw: raw.toString('latin1') };
      const given = withoutTimestamps(logWithKills({ ...rules, timestamps }, raw, numbers));
      expect({ ...which, given }).toEqual({ ...which, given: expected });
    }
  });

  it('is final where it says so: a new log from there needs no state', () => {
    const numbers = seededNumbers(seed);
    const options = { ...rules, timestamps };
    for (let round = 0; round < 500; round++) {
      const raw = randomLog(numbers, false);
      const expected = logAtOnce(options, raw).toString();
      const log = createJobLog(options);
      let given = Buffer.alloc(0);
      let before = 0;
      for (const chunk of cut(raw, 20, numbers)) {
        given = Buffer.concat([given, log.write(stream, chunk)]);
        const { taken, final } = log.position(stream);
        const whole = Buffer.concat([
          given.subarray(0, final.log),
          logAtOnce(options, raw.subarray(final.raw)),
        ]).toString();
        const which = { seed, round, raw: raw.toString('latin1') };
        const back = final.raw < before;
        expect({ ...which, whole, back, log: taken.log }).toEqual({
          ...which,
          whole: expected,
          back: false,
          log: given.length,
        });
        before = final.raw;
      }
    }
  });
});
