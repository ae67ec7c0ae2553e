import { createFakeClock, deferred } from '@millrace/async';
import { isRunnerError, RunnerError, type HookName, type Logger, type Tap } from '@millrace/core';
import { expect, it } from 'vitest';
import { HookEngine } from './hook-engine.ts';

const said: string[] = [];
const logger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (message) => void said.push(message),
  error: () => undefined,
  child: () => logger,
};
const tap = (hook: HookName, plugin: string, handler: Tap['handler']): Tap => ({
  hook,
  plugin,
  order: {},
  needs: {},
  handler,
});
const context = { signal: new AbortController().signal, jobId: 'job-1' };
const noNeeds = (): Readonly<Record<string, unknown>> => ({});

function engineOf(
  hook: HookName,
  ...taps: readonly Tap[]
): { readonly engine: HookEngine; readonly clock: ReturnType<typeof createFakeClock> } {
  const clock = createFakeClock();
  return { engine: new HookEngine({ taps: new Map([[hook, taps]]), clock, logger }), clock };
}

it('a handler that throws is named with its plugin and hook', () => {
  const { engine } = engineOf(
    'contributePod',
    tap('contributePod', 'acme', () => {
      throw new Error('boom');
    }),
  );
  expect(() => engine.collect('contributePod', [], noNeeds)).toThrow(
    expect.objectContaining({
      code: 'MILLRACE_E_PLUGIN_FAILED',
      blame: 'acme (contributePod)',
      message: 'plugin acme failed in its contributePod hook: boom',
    }),
  );
});

it('an error that a plugin meant keeps its code and gains the plugin', () => {
  const { engine } = engineOf(
    'contributePod',
    tap('contributePod', 'acme', () => {
      throw new RunnerError('no', { code: 'MILLRACE_E_ACME', kind: 'config' });
    }),
  );
  expect(() => engine.collect('contributePod', [], noNeeds)).toThrow(
    expect.objectContaining({
      code: 'MILLRACE_E_ACME',
      kind: 'config',
      blame: 'acme (contributePod)',
    }),
  );
});

it('a handler that never settles is named when its budget is used up, and stays listed as pending', async () => {
  const { engine, clock } = engineOf(
    'beforeStage',
    tap('beforeStage', 'acme', () => new Promise(() => undefined)),
  );
  const outcome = engine
    .series('beforeStage', [], context, noNeeds)
    .catch((error: unknown) => error);
  await clock.advance(30_000);
  expect(await outcome).toMatchObject({
    code: 'MILLRACE_E_PLUGIN_TIMEOUT',
    message: 'plugin acme did not finish its beforeStage hook within 30 s',
  });
  expect(engine.pending).toEqual(['acme (beforeStage)']);
});

it('a handler that throws at once is not listed as pending', async () => {
  const { engine } = engineOf(
    'beforeStage',
    tap('beforeStage', 'acme', () => {
      throw new Error('boom');
    }),
  );
  await engine.series('beforeStage', [], context, noNeeds).catch(() => undefined);
  expect(engine.pending).toEqual([]);
});

it('a handler without budget that ignores its abort is given up by name', async () => {
  const { engine, clock } = engineOf(
    'runStage',
    tap('runStage', 'acme', () => new Promise(() => undefined)),
  );
  const stop = new AbortController();
  const outcome = engine
    .wrap('runStage', [], { ...context, signal: stop.signal }, noNeeds, () => Promise.resolve(1))
    .catch((error: unknown) => error);
  stop.abort();
  await clock.advance(5_000);
  expect(await outcome).toMatchObject({
    message: 'plugin acme did not finish its runStage hook within 5 s of being told to end',
  });
  expect(clock.pending()).toBe(0);
});

it.each([undefined, Promise.resolve([])])(
  'a collecting handler that returns no list is named',
  (result) => {
    const { engine } = engineOf(
      'contributePod',
      tap('contributePod', 'acme', () => result),
    );
    expect(() => engine.collect('contributePod', [], noNeeds)).toThrow(
      'plugin acme failed in its contributePod hook: it must return a list at once',
    );
  },
);

it('the signal of an overdue handler is aborted with the reason', async () => {
  const seen = deferred<unknown>();
  const { engine, clock } = engineOf(
    'beforeStage',
    tap('beforeStage', 'acme', (...args) => {
      const { signal } = args[0] as typeof context;
      signal.addEventListener('abort', () => seen.resolve(signal.reason));
      return new Promise(() => undefined);
    }),
  );
  const outcome = engine.series('beforeStage', [], context, noNeeds).catch(() => undefined);
  await clock.advance(30_000);
  await outcome;
  expect(isRunnerError(await seen.promise)).toBe(true);
});

it('wrapping handlers run around each other and may change the result', async () => {
  const order: string[] = [];
  const around = (name: string): Tap =>
    tap('runStage', name, async (...args) => {
      const next = args[1] as () => Promise<number>;
      order.push(`${name} in`);
      const result = await next();
      order.push(`${name} out`);
      return result + 1;
    });
  const { engine } = engineOf('runStage', around('a'), around('b'));
  expect(await engine.wrap('runStage', [], context, noNeeds, () => Promise.resolve(1))).toBe(3);
  expect(order).toEqual(['a in', 'b in', 'b out', 'a out']);
});

it('a wrapping handler that calls next twice fails by name', async () => {
  const { engine } = engineOf(
    'runStage',
    tap('runStage', 'acme', async (...args) => {
      const next = args[1] as () => Promise<number>;
      await next();
      return next();
    }),
  );
  await expect(
    engine.wrap('runStage', [], context, noNeeds, () => Promise.resolve(1)),
  ).rejects.toMatchObject({ blame: 'acme (runStage)' });
});

it('clean-up runs in reverse order, each though others fail', async () => {
  const order: string[] = [];
  const cleanup = (name: string, fails = false): Tap =>
    tap('cleanup', name, () => {
      order.push(name);
      return fails ? Promise.reject(new Error('stuck')) : Promise.resolve();
    });
  const { engine } = engineOf('cleanup', cleanup('a'), cleanup('b', true), cleanup('c'));
  const failures = await engine.cleanup(context, noNeeds);
  expect(order).toEqual(['c', 'b', 'a']);
  expect(failures.map(({ blame }) => blame)).toEqual(['b (cleanup)']);
});

it('an observer that fails or hangs does not fail or delay the job', async () => {
  said.length = 0;
  const { engine, clock } = engineOf(
    'jobFinished',
    tap('jobFinished', 'failing', () => Promise.reject(new Error('boom'))),
    tap('jobFinished', 'hanging', () => new Promise(() => undefined)),
  );
  const observed = engine.observe('jobFinished', [], context, noNeeds);
  await clock.advance(10_000);
  await observed;
  expect(said).toEqual([
    'plugin failing failed in its jobFinished hook: boom',
    'plugin hanging did not finish its jobFinished hook within 10 s',
  ]);
});

it('measures the time of each plugin in each hook', async () => {
  const { engine, clock } = engineOf(
    'beforeStage',
    tap('beforeStage', 'acme', () => clock.sleep(1500)),
  );
  const done = engine.series('beforeStage', [], context, noNeeds);
  await clock.advance(1500);
  await done;
  expect(engine.timings).toEqual([
    { hook: 'beforeStage', plugin: 'acme', calls: 1, milliseconds: 1500 },
  ]);
});
