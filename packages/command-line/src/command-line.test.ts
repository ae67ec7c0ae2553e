import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import { RunnerError } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { describeError } from './describe-error.ts';
import {
  collectPair,
  interruptible,
  isColored,
  newProgram,
  runProgram,
  wholeNumber,
  writeOut,
  type Host,
} from './index.ts';

/** A process that only takes notes. */
function notingHost(): {
  readonly host: Host;
  readonly signals: EventEmitter;
  readonly stdout: EventEmitter;
  readonly said: string[];
} {
  const signals = new EventEmitter();
  const stdout = new EventEmitter();
  const said: string[] = [];
  const host = {
    stdout,
    stderr: Object.assign(new EventEmitter(), {
      write: (text: string) => said.push(text.trim()),
      isTTY: false,
    }),
    env: {},
    on: (name: string, listener: () => void) => signals.on(name, listener),
    off: (name: string, listener: () => void) => signals.off(name, listener),
    exit: (code: number) => said.push(`exit ${code}`),
  } as unknown as Host;
  return { host, signals, stdout, said };
}

describe('a command', () => {
  it('is canceled by the first signal, aborted by the second, ended by the third', async () => {
    const { host, signals, said } = notingHost();
    await interruptible(host, 'canceling', ({ cancel, abort }) => {
      signals.emit('SIGINT');
      expect([cancel.aborted, abort.aborted]).toEqual([true, false]);
      signals.emit('SIGTERM');
      expect(abort.aborted).toBe(true);
      signals.emit('SIGHUP');
      return Promise.resolve();
    });
    expect(said).toEqual(['canceling', 'forcing the end', 'exit 130']);
    expect(signals.eventNames()).toEqual([]);
  });

  it('is canceled when nobody reads its output any more', async () => {
    const { host, stdout } = notingHost();
    const reason = await interruptible(host, 'canceling', ({ cancel }) => {
      stdout.emit('error', Object.assign(new Error('gone'), { code: 'EPIPE' }));
      return Promise.resolve(cancel.reason as Error);
    });
    expect(reason.message).toBe('nobody reads the output any more');
  });
});

describe('a program', () => {
  const facts = { name: 'program', description: 'does', version: '1' };
  const run = async (
    work: () => Promise<number>,
    args: readonly string[] = [],
  ): Promise<readonly unknown[]> => {
    const { host, said } = notingHost();
    const code = await runProgram(args, host, (done) =>
      newProgram(host, facts).action(async () => done(await work())),
    );
    return [code, ...said];
  };

  it('ends with the code of its command', async () => {
    expect(await run(() => Promise.resolve(7))).toEqual([7]);
  });

  it('tells what its command throws, and ends with 1', async () => {
    const work = (): Promise<number> => Promise.reject(new Error('oops'));
    expect(await run(work)).toEqual([1, 'error: oops']);
  });

  it.each([
    [0, 0],
    [1, 2],
  ])(
    'whose command was told %d by flags of its own ends with %d, and tells nothing again',
    async (exitCode, expected) => {
      const told = Object.assign(new Error('unknown'), { code: 'commander.x', exitCode });
      expect(await run(() => Promise.reject(told))).toEqual([expected]);
    },
  );

  it('ends with 2 for a wrong flag', async () => {
    expect(await run(() => Promise.resolve(0), ['--wrong'])).toEqual([
      2,
      "error: unknown option '--wrong'",
    ]);
  });
});

describe('output', () => {
  const failing = (code: string): Writable =>
    new Writable({
      write: (_bytes, _encoding, done) => done(Object.assign(new Error(code), { code })),
    }).on('error', () => undefined);

  it('is taken as written when its reader is gone, and not otherwise', async () => {
    await writeOut(failing('EPIPE'), 'text');
    await expect(writeOut(failing('ENOSPC'), 'text')).rejects.toThrow('ENOSPC');
  });

  it.each([
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{}, false, false],
  ])('with %j on a terminal: %s has colours: %s', (env, isTTY, expected) => {
    expect(isColored({ env }, { isTTY })).toBe(expected);
  });
});

describe('an error', () => {
  it('is told with its place, the way out and its code', () => {
    const error = new RunnerError('it is no number', {
      code: 'MILLRACE_E_CONFIG',
      kind: 'config',
      hint: 'write 1',
      position: { file: 'a.yaml', line: 3, column: 5 },
    });
    expect(describeError(error, false)).toBe(
      'error: a.yaml:3:5: it is no number\nhint:  write 1\n       MILLRACE_E_CONFIG',
    );
  });

  it('of any other kind is told as it is', () => {
    expect(describeError(new Error('oops'), false)).toBe('error: oops');
  });
});

describe('an argument', () => {
  it.each(['x', '-1', '1.5'])('%j is no whole number', (text) => {
    expect(() => wholeNumber(text)).toThrow('whole number');
  });

  it('is a pair, of which the last of a key counts', () => {
    expect(collectPair('A=b=c', collectPair('A=x', { B: 'y' }))).toEqual({ A: 'b=c', B: 'y' });
    expect(() => collectPair('=x', {})).toThrow('KEY=VALUE');
  });
});
