import { resourceTypes } from '@millrace/kube-objects';
import type { CallName, SeenRequest } from '@millrace/testkit';
import { describe, expect, it } from 'vitest';
import { defineSuite, type Suite } from './define-suite.ts';
import type { Running } from './gitlab-program.ts';
import { runRoom } from './gitlab-run-room.ts';

/** The runner's process is killed at every point of a job, and started again. */
export const gitlabRunKillSuite: Suite = defineSuite('gitlab run killed', (cluster) => {
  const { server, namespace, addJob, start, ended, expectCleanEnd } = runRoom(cluster);

  /** A job that shows how often it ran, and says something until it is told that it was enough. */
  const addWitness = (script: readonly string[] = []): number =>
    addJob({
      script: [
        'echo "ran once"',
        'tick=0; while [ ! -e "$CI_PROJECT_DIR.enough" ]; do tick=$((tick + 1)); echo "tick $tick"; sleep 0.2; done',
        'echo "ticked $tick"',
        ...script,
      ],
      afterScript: ['echo "cleaned after $CI_JOB_STATUS"'],
    });
  /** Tells the job so; its pod is there, or will be. */
  const tellEnough = async (id: number): Promise<void> => {
    await server().whenTraced(id, 'tick 1\n');
    const { api, mountPrefix = '' } = cluster();
    const pods = await api.list({ type: resourceTypes.pods, namespace: namespace() }, { signal });
    const file = `${mountPrefix}/builds/acme/platform/demo-app.enough`;
    for (const { metadata } of pods) {
      const command = ['touch', file];
      const at = { namespace: namespace(), pod: metadata.name ?? '', container: 'helper', command };
      expect(await (await api.exec(at, { signal })).status).toMatchObject({ exitCode: 0 });
    }
  };

  /** Kills a process when something is about to be done, or rather done and never heard of. */
  const killAt = (held: Held, point: Point): { readonly reached: () => boolean } => {
    let count = 0;
    let isDone = false;
    const arrived = (fits: boolean): boolean => {
      if (isDone || !fits) return false;
      count += 1;
      if (count < (point.nth ?? 1)) return false;
      isDone = true;
      held.process?.kill('SIGKILL');
      return point.lost;
    };
    if (point.at === 'server')
      server().faults.onCall(({ call }) => (arrived(call === point.call) ? 'drop' : 'carry-out'));
    else
      cluster().faults.refuse((request) => arrived(point.fits(request) && isOwn(request)), {
        code: 503,
        reason: 'ServiceUnavailable',
        message: 'the one who asked is dead',
        times: 1,
      });
    return { reached: () => isDone };
  };
  const isOwn = (request: SeenRequest): boolean =>
    request.namespace === '' || request.namespace === namespace();

  /** What a server does with a job that nobody confirmed: its runner may not even know of it. */
  const giveAgain = (id: number, point: Pick<Point, 'at'>): void => {
    server().faults.forgive(id);
    const isUnknown = 'call' in point && point.call === 'request';
    if (isUnknown && server().stateOf(id) === 'assigned') server().requeue(id);
  };

  const expectOnce = async (id: number, exitCode: number): Promise<void> => {
    const { state, log, ...job } = await ended(id);
    expect(job.exitCode).toBe(exitCode);
    expect(state).toBe(exitCode === 0 ? 'success' : 'failed');
    const said = (words: string): readonly string[] =>
      [...log.matchAll(new RegExp(`O ${words}$`, 'gm'))].map(([, word]) => word ?? '');
    expect(said('(ran once)')).toHaveLength(1);
    expect(said('cleaned after (\\w+)')).toEqual([exitCode === 0 ? 'success' : 'failed']);
    const [ticks] = said('ticked (\\d+)');
    expect(said('tick (\\d+)')).toEqual(
      Array.from({ length: Number(ticks) }, (_, index) => String(index + 1)),
    );
    expect(log).toMatch(exitCode === 0 ? /Job succeeded[^\n]*\n$/ : /exit code 7[^\n]*\n$/);
  };

  describe.each([
    ['before it is done', true],
    ['when it is done and not heard of', false],
  ] as const)('%s:', (_when, lost) => {
    it.each<NamedPoint>(points)(
      '$title',
      async (point) => {
        const id = addWitness();
        const { late = false } = point;
        await killOnce(id, { ...point, lost }, late);
        const next = await start();
        await whileRunning(next, async () => {
          if (!late) await tellEnough(id);
          await expectOnce(id, 0);
        });
        await expectCleanEnd(next);
      },
      timeLimit,
    );
  });

  it.each([
    ['its environment is prepared', 'Preparing environment', false],
    ['its sources are fetched', ':get_sources', false],
    ['its script runs', 'tick 2\n', false],
    ['its after_script runs', ':after_script', true],
  ] as const)(
    'while %s',
    async (_what, words, late) => {
      const id = addWitness();
      const first = await start();
      const told = late ? tellEnough(id) : undefined;
      await server().whenTraced(id, words);
      first.kill('SIGKILL');
      await told;
      await first.finished;
      giveAgain(id, { at: 'cluster' });
      const next = await start();
      if (!late) await tellEnough(id);
      await expectOnce(id, 0);
      await expectCleanEnd(next);
    },
    timeLimit,
  );

  it(
    'three times in one job, which fails by its own code',
    async () => {
      const id = addWitness(['exit 7']);
      await killOnce(id, { at: 'cluster', fits: isExec, lost: false }, false);
      await killOnce(id, { at: 'cluster', fits: on('watch', 'pods'), lost: true }, false);
      await killOnce(id, { at: 'server', call: 'final', lost: true }, true);
      const last = await start();
      await whileRunning(last, () => expectOnce(id, 7));
      await expectCleanEnd(last);
    },
    timeLimit,
  );

  /** @param late - the point lies behind the end of the job's script */
  const killOnce = async (id: number, point: Point, late: boolean): Promise<void> => {
    const held: Held = { process: undefined };
    const kill = killAt(held, point);
    held.process = await start();
    if (late) await tellEnough(id);
    await held.process.finished;
    expect(kill.reached()).toBe(true);
    giveAgain(id, point);
  };
});

/** Bounds a hang only: one point takes six seconds on an idle machine, twenty at a load of eight. */
const timeLimit = 600_000;
const { signal } = new AbortController();

/** Work that waits for what a runner does: without the runner it would wait for ever. */
const whileRunning = (runner: Running, work: () => Promise<void>): Promise<void> =>
  Promise.race([
    work(),
    runner.finished.then(({ exitCode, stdout, stderr }) => {
      throw new Error(`the runner has ended (${exitCode}): ${stdout}${stderr}`);
    }),
  ]);

/** The process that is to be killed, once it runs. */
interface Held {
  process: Running | undefined;
}

/** Where a process is killed: at the nth call of a kind. */
type Point = (
  | { readonly at: 'server'; readonly call: CallName }
  | { readonly at: 'cluster'; readonly fits: (request: SeenRequest) => boolean }
) & { readonly nth?: number; readonly lost: boolean };

/** With its title, and whether it lies behind the end of the job's script. */
type NamedPoint = {
  readonly title: string;
  readonly late?: boolean;
  readonly nth?: number;
} & (
  | { readonly at: 'server'; readonly call: CallName }
  | { readonly at: 'cluster'; readonly fits: (request: SeenRequest) => boolean }
);

const isExec = ({ subresource }: SeenRequest): boolean => subresource === 'exec';
const on =
  (verb: string, resource: string) =>
  (request: SeenRequest): boolean =>
    request.verb === verb && request.resource === resource && request.subresource === '';

const points: readonly NamedPoint[] = [
  { title: 'the request for a job', at: 'server', call: 'request' },
  { title: 'the confirmation', at: 'server', call: 'confirm' },
  { title: 'the first piece of the log', at: 'server', call: 'patch' },
  { title: 'the second piece of the log', at: 'server', call: 'patch', nth: 2 },
  { title: 'the third piece of the log', at: 'server', call: 'patch', nth: 3 },
  { title: 'the result', at: 'server', call: 'final', late: true },
  { title: 'the first look at the pods', at: 'cluster', fits: on('list', 'pods') },
  { title: 'the watch', at: 'cluster', fits: on('watch', 'pods') },
  { title: 'the creation of the pod', at: 'cluster', fits: on('create', 'pods') },
  { title: 'the session', at: 'cluster', fits: isExec },
  { title: 'the removal of the pod', at: 'cluster', fits: on('delete', 'pods'), late: true },
];
