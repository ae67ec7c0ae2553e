import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { RunnerError, type RunEvent, type UnitResult } from '@millrace/core';
import { sharedObjects, stepContainer, type RunRecorder } from '@millrace/testkit';
import { describe, expect, it } from 'vitest';
import { defineSuite, type Suite } from './define-suite.ts';
import { jobStarter } from './executor-fixture.ts';

const canceled = new RunnerError('canceled', { code: 'MILLRACE_E_CANCELED', kind: 'canceled' });

/** What the executor does with jobs of one pod a unit that meet no trouble. */
export const executorContainersSuite: Suite = defineSuite('executor containers', (cluster) => {
  const jobs = jobStarter(cluster);

  describe('a unit', () => {
    it.each([1, 3, 126, 127, 137, 143, 255])(
      'that ends with %i fails with just that',
      async (code) => {
        const job = await jobs.startUnits({
          units: [{ id: 'one', script: `echo before; exit ${code}` }],
        });
        expect(await job.result).toMatchObject({
          outcome: { kind: 'failure', reason: 'script_failed', exitCode: code },
          units: [{ unit: 'one', exitCode: code, attempts: 1 }],
        });
        expect(textOf(job.recorder, 'one')).toBe('before\n');
        expect(await cluster().leftovers(job.namespace)).toEqual([]);
      },
    );

    it('that ends with 0 succeeds; when it began and ended is in its result', async () => {
      const before = Date.now();
      const job = await jobs.startUnits({ units: [{ id: 'one', script: 'sleep 2' }] });
      const { outcome, units } = await job.result;
      const [unit] = units;
      expect(outcome).toEqual({ kind: 'success' });
      expect(unit).toMatchObject({ exitCode: 0, outcome: { kind: 'success' } });
      expect(unit?.startedAt).toBeGreaterThanOrEqual(before);
      expect((unit?.finishedAt ?? 0) - (unit?.startedAt ?? 0)).toBeGreaterThan(0);
      expect(unit?.finishedAt).toBeLessThanOrEqual(Date.now());
    });

    it.each([
      ['nothing', 'true', ''],
      ['empty lines', "printf '\\n\\na\\n'", '\n\na\n'],
    ])('tells its whole log: %s', async (_what, script, expected) => {
      const job = await jobs.startUnits({ units: [{ id: 'one', script }] });
      expect((await job.result).outcome.kind).toBe('success');
      expect(textOf(job.recorder, 'one')).toBe(expected);
    });

    it('tells lines that end as Windows ends them', async () => {
      const job = await jobs.startUnits({
        units: [{ id: 'one', script: "printf 'a\\r\\nb\\r\\n'" }],
      });
      expect((await job.result).outcome.kind).toBe('success');
      // Some container runtimes, containerd 1.6 among them, leave the carriage return out of their logs.
      expect(textOf(job.recorder, 'one')).toMatch(/^a\r?\nb\r?\n$/);
    });

    it('tells bytes that are no text, and a last line without an end', async () => {
      const job = await jobs.startUnits({
        units: [{ id: 'one', script: "printf 'a\\001\\377\\376\\nlast'" }],
      });
      expect((await job.result).outcome.kind).toBe('success');
      const bytes = job.recorder.output();
      // A node may end the line.
      expect(bytes.toString('latin1').trimEnd()).toBe('a\x01\xff\xfe\nlast');
    });

    it('that cannot be started fails by name, and has never run', async () => {
      const job = await jobs.startUnits({
        units: [{ id: 'one', script: '', command: ['/no/such/program'] }],
      });
      const { outcome, units } = await job.result;
      expect(outcome).toMatchObject({ kind: 'failure', reason: 'container_start_failed' });
      expect(units[0]).not.toHaveProperty('startedAt');
      expect(job.recorder.events.some(({ type }) => type === 'unit-ready')).toBe(false);
      expect(await cluster().leftovers(job.namespace)).toEqual([]);
    });

    it('fills in when it and the job began, and how the job stands', async () => {
      const env = (name: string, $millrace: string) =>
        ({
          kind: 'field',
          on: { name: [stepContainer] },
          path: '/env',
          op: 'append',
          value: { name, value: { $millrace } },
          source: { plugin: 'test' },
        }) as const;
      const job = await jobs.startUnits({
        units: [
          { id: 'one', script: 'sleep 1; exit 1' },
          {
            id: 'two',
            after: ['one'],
            on: 'always',
            script: 'echo "$STATUS $((STARTED - JOB_STARTED > 0))"',
            contributions: [
              env('STATUS', 'status'),
              env('STARTED', 'startedAt'),
              env('JOB_STARTED', 'jobStartedAt'),
            ],
          },
        ],
      });
      await job.result;
      expect(textOf(job.recorder, 'two')).toBe('failure 1\n');
    });
  });

  describe('units', () => {
    it('run after each other and beside each other as the plan says', async () => {
      const job = await jobs.startUnits({
        units: [
          { id: 'one', script: 'echo one' },
          { id: 'two-a', after: ['one'], script: 'echo a' },
          { id: 'two-b', after: ['one'], script: 'echo b' },
          { id: 'three', after: ['two-a', 'two-b'], script: 'echo three' },
        ],
      });
      expect((await job.result).outcome).toEqual({ kind: 'success' });
      const order = named(job.recorder.events, ['unit-creating', 'unit-finished']);
      expect(order.slice(0, 2)).toEqual(['unit-creating one', 'unit-finished one']);
      expect(order.slice(2, 4).toSorted()).toEqual(['unit-creating two-a', 'unit-creating two-b']);
      expect(order.slice(6)).toEqual(['unit-creating three', 'unit-finished three']);
    });

    it('that fail do not stop those beside them; those after them are skipped, and told', async () => {
      const job = await jobs.startUnits({
        units: [
          { id: 'fails', script: 'exit 3' },
          { id: 'beside', script: 'sleep 2; echo done' },
          { id: 'later', after: ['fails', 'beside'], script: 'echo never' },
          { id: 'never', after: ['fails', 'beside'], on: 'never', script: 'echo never' },
          { id: 'on-failure', after: ['later', 'never'], on: 'failure', script: 'echo failed' },
        ],
      });
      expect((await job.result).outcome).toMatchObject({ exitCode: 3 });
      expect(textOf(job.recorder, 'beside')).toBe('done\n');
      expect(outcomes(job.recorder)).toEqual({
        fails: 'failure',
        beside: 'success',
        later: 'skipped',
        never: 'skipped',
        'on-failure': 'success',
      });
      expect(named(job.recorder.events, ['unit-finished'])).toEqual([
        'unit-finished fails',
        'unit-finished beside',
        'unit-finished later',
        'unit-finished never',
        'unit-finished on-failure',
      ]);
    });

    it('in the background are awaited until they are ready, and stopped at the end: their last words and exit codes are told', async () => {
      const job = await jobs.startUnits({
        units: [
          {
            id: 'db',
            background: true,
            countsAsFailure: false,
            stopGraceSeconds: 10,
            script: 'trap "echo bye; exit 143" TERM; echo up; while :; do sleep 0.1; done',
          },
          { id: 'one', after: ['db'], script: 'echo one' },
        ],
      });
      const { outcome, units } = await job.result;
      expect(outcome).toEqual({ kind: 'success' });
      expect(units).toMatchObject([
        { unit: 'db', outcome: { kind: 'success' }, exitCode: 143 },
        { unit: 'one', outcome: { kind: 'success' }, exitCode: 0 },
      ]);
      expect(textOf(job.recorder, 'db')).toBe('up\nbye\n');
      expect(named(job.recorder.events, ['unit-ready', 'unit-creating', 'unit-finished'])).toEqual([
        'unit-creating db',
        'unit-ready db',
        'unit-creating one',
        'unit-ready one',
        'unit-finished one',
        'unit-finished db',
      ]);
      expect(await cluster().leftovers(job.namespace)).toEqual([]);
    });

    it('in the background that end by themselves are told then', async () => {
      const job = await jobs.startUnits({
        units: [
          { id: 'db', background: true, countsAsFailure: false, script: 'sleep 1; exit 5' },
          { id: 'one', after: ['db'], script: 'sleep 5' },
        ],
      });
      const { outcome, units } = await job.result;
      expect(outcome).toEqual({ kind: 'success' });
      expect(units[0]).toMatchObject({ outcome: { reason: 'script_failed', exitCode: 5 } });
      expect(named(job.recorder.events, ['unit-finished'])).toEqual([
        'unit-finished db',
        'unit-finished one',
      ]);
    });

    it('in the background that had to start and cannot fail the job', async () => {
      const job = await jobs.startUnits({
        units: [
          {
            id: 'db',
            background: true,
            countsAsFailure: false,
            mustStart: true,
            script: '',
            command: ['/no/such/program'],
          },
          { id: 'one', after: ['db'], script: 'echo never' },
        ],
      });
      expect((await job.result).outcome).toMatchObject({ reason: 'container_start_failed' });
      expect(outcomes(job.recorder)).toEqual({ db: 'failure', one: 'skipped' });
    });
  });

  describe('the end', () => {
    it('by a cancel stops what runs with its grace, tells what is known, and starts nothing more', async () => {
      const job = await jobs.startUnits({
        units: [
          {
            id: 'one',
            stopGraceSeconds: 10,
            script: 'trap "echo stopped; exit 7" TERM; echo up; while :; do sleep 0.1; done',
          },
          { id: 'two', after: ['one'], on: 'always', script: 'echo never' },
        ],
      });
      await job.recorder.seen((event) => event.type === 'output');
      job.cancel.abort(canceled);
      const { outcome, units } = await job.result;
      expect(outcome.kind).toBe('canceled');
      expect(units).toMatchObject([{ unit: 'one', outcome: { kind: 'canceled' }, exitCode: 7 }]);
      expect(textOf(job.recorder, 'one')).toBe('up\nstopped\n');
      expect(outcomes(job.recorder)).toEqual({ one: 'canceled', two: 'canceled' });
      expect(await cluster().leftovers(job.namespace)).toEqual([]);
    });

    it('by a cancel while a pod waits for a node leaves nothing; its container has never run', async () => {
      const job = await jobs.startUnits({
        units: [
          {
            id: 'one',
            script: 'true',
            contributions: [
              {
                kind: 'field',
                path: '/spec/nodeSelector',
                op: 'merge',
                value: { 'millrace.test/no-such': 'node' },
                source: { plugin: 'test' },
              },
            ],
          },
          { id: 'two', after: ['one'], script: 'true' },
        ],
      });
      await job.recorder.seen(
        (event) => event.type === 'unit-waiting' && event.note?.includes('Unschedulable') === true,
      );
      job.cancel.abort(canceled);
      const { outcome, units } = await job.result;
      expect(outcome.kind).toBe('canceled');
      expect(units[0]).not.toHaveProperty('startedAt');
      expect(units[0]).not.toHaveProperty('finishedAt');
      expect(outcomes(job.recorder)).toEqual({ one: 'canceled', two: 'canceled' });
      expect(await cluster().leftovers(job.namespace)).toEqual([]);
    });

    it('by its deadline is told as such, even when no unit counts', async () => {
      const job = await jobs.startUnits({
        units: [{ id: 'one', countsAsFailure: false, script: 'sleep 300' }],
        timeoutSeconds: 3,
      });
      expect((await job.result).outcome).toMatchObject({ reason: 'job_timeout' });
      expect(await cluster().leftovers(job.namespace)).toEqual([]);
    });

    it('removes what belongs to a unit with the unit, and the rest with the job', async () => {
      const job = await jobs.startUnits({
        units: [
          { id: 'one', script: 'true' },
          { id: 'two', after: ['one'], script: 'true' },
        ],
        objects: (namespace, jobId) => [
          ...sharedObjects(namespace, jobId),
          {
            kind: 'object',
            id: 'secret',
            type: { group: '', version: 'v1', plural: 'secrets', kind: 'Secret', namespaced: true },
            manifest: {
              apiVersion: 'v1',
              kind: 'Secret',
              metadata: { name: `secret-${jobId}`, namespace },
            },
            scope: { unit: 'one' },
            when: 'before',
            deleteAt: 'scope-end',
            source: { plugin: 'test' },
          },
        ],
      });
      await job.result;
      const made = cluster()
        .requests()
        .filter(({ namespace, verb }) => namespace === job.namespace && verb !== 'get')
        .map(({ verb, resource, subresource }) => `${verb} ${resource}${subresource}`);
      expect(made.indexOf('delete secrets')).toBeLessThan(made.lastIndexOf('create pods'));
      expect(await cluster().leftovers(job.namespace)).toEqual([]);
    });
  });

  describe('requests', () => {
    it('a job of three no-op units with a claim and a service makes at most 14 besides shared watches', async () => {
      const namespace = await cluster().newNamespace();
      const before = cluster().requests().length;
      const job = await jobs.startUnits({
        namespace,
        units: [
          { id: 'one', script: 'true' },
          { id: 'two', after: ['one'], script: 'true' },
          { id: 'three', after: ['two'], script: 'true' },
        ],
        objects: sharedObjects,
      });
      expect((await job.result).outcome.kind).toBe('success');
      const made = cluster().requests().slice(before);
      const shared = made.filter(({ verb }) => verb === 'watch' || verb === 'list');
      expect(shared.map(({ verb, resource }) => `${verb} ${resource}`)).toEqual([
        'list pods',
        'watch pods',
      ]);
      const own = made.filter((request) => !shared.includes(request));
      expect(own.length).toBeLessThanOrEqual(14);
    });

    it('a sleeping unit makes none', async () => {
      const job = await jobs.startUnits({
        units: [{ id: 'one', script: 'echo started; sleep 3; echo done' }],
      });
      await job.recorder.seen((event) => event.type === 'output');
      const before = cluster().requests().length;
      await job.recorder.seen(
        (event) => event.type === 'output' && Buffer.from(event.bytes).includes('done'),
      );
      expect(cluster().requests().slice(before)).toEqual([]);
      await job.result;
    });
  });

  it('100 MB of log arrive whole and in order, in little memory, however slow the taker is', async ({
    skip,
  }) => {
    skip(
      cluster().kind === 'real',
      'a kubelet rotates away what is not read in time: 10 MiB a file',
    );
    let bytes = 0;
    let expected = 1;
    let rest = '';
    const marks: number[] = [];
    const liveMemory = memoryMeter();
    let wrong = '';
    const job = await jobs.startUnits({
      units: [
        {
          id: 'one',
          script: `from=1
while [ $from -le 1000000 ]; do
  printf 'line %012d ${'x'.repeat(81)}\\n' $(seq $from $((from + 9999)))
  from=$((from + 10000))
done`,
        },
      ],
      timeoutSeconds: 600,
      keep: (event) => event.type !== 'output',
      observe: (event) => {
        if (event.type !== 'output') return Promise.resolve();
        bytes += event.bytes.length;
        const lines = (rest + Buffer.from(event.bytes).toString('latin1')).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          if (wrong === '' && !line.startsWith(`line ${String(expected).padStart(12, '0')} `))
            wrong = `line ${expected}: ${line}`;
          expected += 1;
        }
        if (bytes >= marks.length * 10_000_000) marks.push(liveMemory());
        return new Promise((resolve) => void setImmediate(resolve));
      },
    });
    expect((await job.result).outcome).toEqual({ kind: 'success' });
    expect({ wrong, lines: expected - 1, bytes }).toEqual({
      wrong: '',
      lines: 1_000_000,
      bytes: 100_000_000,
    });
    expect(marks.length).toBeGreaterThanOrEqual(10);
    expect((Math.max(...marks) - (marks[0] ?? 0)) / 1_000_000).toBeLessThan(40);
  }, 600_000);
});

/** Bytes in use, without what a collector has only not collected yet. */
function memoryMeter(): () => number {
  setFlagsFromString('--expose_gc');
  const collect = runInNewContext('gc') as () => void;
  return () => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
}

const textOf = ({ events }: RunRecorder, unit: string): string =>
  Buffer.concat(
    events.flatMap((event) =>
      event.type === 'output' && event.unit.id === unit ? [event.bytes] : [],
    ),
  ).toString();

const named = (
  events: readonly RunEvent[],
  types: readonly RunEvent['type'][],
): readonly string[] =>
  events.flatMap((event) =>
    types.includes(event.type) && 'unit' in event ? [`${event.type} ${event.unit.id}`] : [],
  );

const outcomes = ({
  events,
}: RunRecorder): Readonly<Record<string, UnitResult['outcome']['kind']>> =>
  Object.fromEntries(
    events.flatMap((event) =>
      event.type === 'unit-finished' ? [[event.unit.id, event.result.outcome.kind] as const] : [],
    ),
  );
