import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { recordedLog } from './recorded-log.test.helper.ts';
import { listenForSignals, singleManners, type SignalSource } from './run-signals.ts';

function listen() {
  const source = new EventEmitter();
  const { logger, said } = recordedLog();
  const signals = listenForSignals(source as unknown as SignalSource, logger);
  const send = (signal: string): void => void source.emit(signal, signal);
  const state = (): readonly boolean[] =>
    [signals.stop, signals.interrupt, signals.leave].map(({ aborted }) => aborted);
  return { source, signals, said, send, state };
}

describe('signals (no more jobs, jobs end, process ends)', () => {
  it.each([
    ['SIGQUIT', [true, false, false]],
    ['SIGQUIT SIGQUIT', [true, false, false]],
    ['SIGTERM', [true, true, false]],
    ['SIGINT', [true, true, false]],
    ['SIGQUIT SIGTERM', [true, true, false]],
    ['SIGTERM SIGTERM', [true, true, true]],
    ['SIGTERM SIGINT', [true, true, true]],
    ['SIGTERM SIGQUIT', [true, true, false]],
    ['SIGHUP', [false, false, false]],
  ])('%s', (sent, expected) => {
    const { send, state } = listen();
    for (const signal of sent.split(' ')) send(signal);
    expect(state()).toEqual(expected);
  });

  it.each([
    ['SIGTERM', 'terminated'],
    ['SIGINT', 'interrupt'],
  ])('%s ends jobs with its word, as interrupted', (signal, word) => {
    const { send, signals } = listen();
    send(signal);
    expect(signals.interrupt.reason).toMatchObject({
      message: `aborted: ${word}`,
      reason: 'runner_interrupted',
    });
  });

  it('where jobs are left to the next process, none of them is ended', () => {
    const { send, state, signals, said } = listen();
    signals.onTerminate(() => 'detach');
    send('SIGTERM');
    expect(state()).toEqual([true, false, true]);
    send('SIGTERM');
    expect(said).toEqual(['warn Shutting down; running jobs are left to the next process']);
  });

  it('SIGHUP asks for the configuration, once somebody can read it', () => {
    const { send, signals } = listen();
    let count = 0;
    send('SIGHUP');
    signals.onReload(() => void (count += 1));
    send('SIGHUP');
    expect(count).toBe(1);
  });

  it('run-single answers in words of its own, and a closed terminal ends it', () => {
    const source = new EventEmitter();
    const { logger, said } = recordedLog();
    const signals = listenForSignals(source as unknown as SignalSource, logger, singleManners);
    for (const signal of ['SIGQUIT', 'SIGHUP', 'SIGINT']) source.emit(signal, signal);
    expect(said).toEqual([
      'warn Requested quit, waiting for builds to finish',
      'warn Requested exit: hangup',
      'error forced exit: interrupt',
    ]);
    expect(signals.leave.aborted).toBe(true);
  });

  it('are let go of', () => {
    const { source, signals } = listen();
    signals.release();
    expect(source.eventNames()).toEqual([]);
  });
});
