import { describe, expect, it } from 'vitest';
import {
  gitlabLogLimit,
  gitlabSecretParameters,
  gitlabStreams,
  gitlabTokenPrefixes,
} from './gitlab-rules.ts';
import { createJobLog, type JobLog, type JobLogOptions } from './job-log.ts';

const { runner, start, work, workErrors } = gitlabStreams;
const time = '2023-11-14T22:13:20.000000Z';
const timestamps = { now: (): number => 1_700_000_000_000 };
const gitlab: JobLogOptions = {
  secrets: ['s3cr3t', 'two\nlines', ' trimmed '],
  parameters: gitlabSecretParameters,
  tokenPrefixes: gitlabTokenPrefixes(true),
  repairCharacters: true,
};

/** What a log gives for bytes of streams, and at its end. */
function render(
  log: JobLog,
  ...writes: readonly (readonly [string, string | Uint8Array])[]
): string {
  const given = writes.map(([stream, bytes]) => Buffer.from(log.write(stream, Buffer.from(bytes))));
  return Buffer.concat([...given, log.endStreams()]).toString();
}

describe('a job log', () => {
  it('without rules is the bytes as they are', () => {
    const bytes = Buffer.from([0xff, 0x00, 0x0d, 0x0a, 0xe2, 0x82]);
    const log = createJobLog({});
    expect(log.write(work, bytes)).toEqual(bytes);
    expect(log.endStreams()).toHaveLength(0);
  });

  it('has no secrets, no tokens and no broken characters', () => {
    const text =
      'a s3cr3t, two\nlines and trimmed; u?private_token=abc&b=c; glpat-abc\r\n10%\r20%\n';
    expect(render(createJobLog(gitlab), [work, text], [work, Uint8Array.of(0x61, 0xff)])).toBe(
      'a [MASKED], [MASKED] and [MASKED]; u?private_token=[MASKED]&b=c; glpat-[MASKED]\r\n10%\r20%\na\uFFFD',
    );
  });

  it('keeps streams apart', () => {
    expect(
      render(
        createJobLog(gitlab),
        [work, 's3c'],
        [workErrors, 'r3t.'],
        [work, 'r3t'],
        [start, '.'],
      ),
    ).toBe('r3t.[MASKED].');
  });

  it('has the time and the stream in front of its lines', () => {
    const log = createJobLog({ ...gitlab, timestamps });
    expect(
      render(
        log,
        [runner, 'Running\n'],
        [runner, 'section_start:1:a\r\u001B[0K'],
        [runner, 'Title\n'],
        [work, 'say s3'],
        [workErrors, 'half'],
        [work, 'cr3t\n'],
      ),
    ).toBe(
      [
        `${time} 00O Running`,
        `${time} 00O section_start:1:a\r\u001B[0K`,
        `${time} 00O+Title`,
        `${time} 01O say [MASKED]`,
        `${time} 01E half`,
        '',
      ].join('\n'),
    );
  });

  it('cuts no character where a long line or another stream comes between', () => {
    const log = createJobLog({ ...gitlab, timestamps });
    const euro = Buffer.from('€');
    const long = Buffer.concat([Buffer.alloc(8192, 0x78), euro.subarray(0, 1)]);
    expect(
      render(
        log,
        [work, 'a'],
        [work, long],
        [runner, 'b\n'],
        [work, euro.subarray(1)],
        [work, '\n'],
      ),
    ).toBe(`${time} 01O a${'x'.repeat(8192)}\n${time} 00O b\n${time} 01O+€\n`);
  });

  it('ends with its streams, and then may say a last word', () => {
    const log = createJobLog({ ...gitlab, timestamps });
    expect(render(log, [runner, 'section_end:1:a\r'], [work, 's3cr'])).toBe(
      `${time} 00O section_end:1:a\r\n${time} 01O s3cr\n`,
    );
    expect(render(log, [runner, 'Job succeeded\n'])).toBe(`${time} 00O Job succeeded\n`);
  });

  it('masks values that become known later, also where their beginning is held', () => {
    const log = createJobLog({ secrets: ['abcdef'] });
    expect(Buffer.from(log.write(work, Buffer.from('later abc'))).toString()).toBe('later ');
    log.addSecrets(['later', ' abcx\n']);
    expect(render(log, [work, 'x later'], [runner, 'later'])).toBe('[MASKED] [MASKED][MASKED]');
  });

  it('stops at its limit for all streams, and for its last word', () => {
    const limit = gitlabLogLimit(1);
    const log = createJobLog({ ...gitlab, limit });
    const text = render(
      log,
      [runner, 'r'.repeat(1000)],
      [workErrors, 's3c'],
      [work, `${'w'.repeat(22)}€ more`],
      [work, 'lost'],
    );
    expect(text).toBe(`${'r'.repeat(1000)}${'w'.repeat(22)}${limit.notice}`);
    expect(render(log, [runner, 'Job succeeded\n'])).toBe('');
    expect(log.position(work)).toEqual({
      taken: { raw: 34, log: text.length },
      final: { raw: 34, log: text.length },
    });
    expect(log.state().streams.map(({ chain }) => chain)).toEqual([{}, {}, {}]);
  });
});

describe('the position in a stream', () => {
  it('is final up to the last place where nothing is held', () => {
    const log = createJobLog({ ...gitlab, timestamps });
    const write = (text: string): void => void log.write(work, Buffer.from(text));
    expect(log.position(work)).toEqual({ taken: { raw: 0, log: 0 }, final: { raw: 0, log: 0 } });
    write('one s3cr3t\nha');
    const first = { raw: 11, log: 32 + 13 };
    expect(log.position(work)).toEqual({ taken: { raw: 13, log: 45 }, final: first });
    write('lf two');
    expect(log.position(work)).toEqual({ taken: { raw: 19, log: 45 }, final: first });
    write('\nlin');
    expect(log.position(work).final).toEqual(first);
    write('es\n');
    expect(log.position(work).final).toEqual({ raw: 26, log: 45 + 32 + 14 });
  });

  it('is final at the end', () => {
    const log = createJobLog({ ...gitlab, timestamps });
    log.write(work, Buffer.from('half s3c'));
    log.endStreams();
    expect(log.position(work).final).toEqual({ raw: 8, log: 41 });
  });

  it('of one stream counts the bytes of all in the log', () => {
    const log = createJobLog({});
    log.write(runner, Buffer.from('abc'));
    log.write(work, Buffer.from('de'));
    expect(log.position(runner)).toEqual({ taken: { raw: 3, log: 5 }, final: { raw: 3, log: 3 } });
    expect(log.position(work).final).toEqual({ raw: 2, log: 5 });
  });
});

describe('the state of a job log', () => {
  it('is small JSON', () => {
    const log = createJobLog({ ...gitlab, timestamps });
    log.write(work, Buffer.from(`${'line\n'.repeat(1000)}half s3c`));
    const json = JSON.stringify(log.state());
    expect(json.length).toBeLessThan(300);
    expect(JSON.parse(json)).toEqual(log.state());
  });

  it('remembers nothing of what is final', () => {
    const log = createJobLog({ ...gitlab, timestamps });
    log.write(work, Buffer.from('a s3cr3t glpat-abc\n'));
    expect(log.state()).toEqual({
      streams: [{ id: work, taken: 19, final: { raw: 19, log: 58 }, chain: {} }],
      written: 58,
      full: false,
    });
  });
});
