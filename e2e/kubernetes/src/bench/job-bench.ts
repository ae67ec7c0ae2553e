import { createSystemClock } from '@millrace/async';
import { openJobStarter, type JobStarter } from '@millrace/e2e-suites/job-starter';
import { connect } from '@millrace/kube';
import { silentLogger, type ClusterHandle } from '@millrace/testkit';
import type { AuditEntry, RunningCluster } from '../handle/running-cluster.ts';
import { startRealHandle } from '../handle/start-real-handle.ts';
import { runBarePod } from './bare-pod.ts';
import { auditedRequests, ownCluster, requestKinds } from './audited-requests.ts';
import { showSpread, spreadOf, timed } from './measure.ts';

const userAgent = 'millrace-bench';
const oneByOne = 12;
const atOnce = 10;
const parallelJobs = 40;
const sleepSeconds = 20;

const noOp = [
  { name: 'prepare', container: 'helper', script: 'true', userCode: false },
  { name: 'script', script: 'true' },
];

/** Measures GitLab jobs against bare pods on the cluster of `npm run e2e`, in one run, and prints the ratios. */
export async function runJobBench(say: (line: string) => void): Promise<void> {
  const handle = await startRealHandle();
  const own = ownCluster(handle);
  const api = connect(
    {
      server: own.server,
      ca: own.certificateAuthority,
      token: own.adminToken,
      source: 'bench',
    },
    { userAgent, clock: createSystemClock(), logger: silentLogger },
  );
  // Past the proxy, which would cost both the same and hide the ratio.
  const cluster: ClusterHandle = { ...handle, api };
  const jobs = openJobStarter(() => cluster);
  const namespace = await cluster.newNamespace();
  const floor = (): Promise<void> =>
    runBarePod(api, { namespace, images: [cluster.images.tools, cluster.images.helper] });
  const runnerId = 'bench';
  const known: number[] = [];
  const ours = async (): Promise<void> => {
    const start = performance.now();
    const job = await jobs.start({ namespace, runnerId, stages: noOp });
    await job.recorder.seen(
      (event) => event.type === 'stage-finished' && event.result.name === 'script',
    );
    known.push(performance.now() - start);
    await job.result;
  };
  try {
    say(
      `Kubernetes ${handle.version}, ${oneByOne} of each in turn, then ${parallelJobs} at ${atOnce} at once`,
    );
    await floor();
    await ours();
    known.length = 0;
    const bare: number[] = [];
    for (let round = 0; round < oneByOne; round += 1) {
      const start = performance.now();
      await floor();
      bare.push(performance.now() - start);
      await ours();
    }
    const [a, b] = [spreadOf(bare), spreadOf(known)];
    say(
      `create → exit known     floor ${showSpread(a)}  ours ${showSpread(b)}  ratio ${(b.median / a.median).toFixed(2)}`,
    );
    const many = { times: parallelJobs, atOnce };
    const bareMany = await timed(floor, many);
    const oursMany = await timed(ours, many);
    const rate = (all: number): number => (parallelJobs / all) * 60_000;
    say(
      `a minute, ${atOnce} at once  floor ${rate(bareMany.all).toFixed(0)}  ours ${rate(oursMany.all).toFixed(0)}  ratio ${(bareMany.all / oursMany.all).toFixed(2)}`,
    );
    for (const line of await requestsOfOne(own, ours)) say(line);
    say(
      await requestsWhileRunning(own, () => jobs.start({ namespace, runnerId, stages: sleeping })),
    );
  } finally {
    await jobs.close();
    await api.close();
    await handle.close();
  }
}

const sleeping = [{ name: 'script', script: `echo started; sleep ${sleepSeconds}; echo done` }];

async function requestsOfOne(
  own: RunningCluster,
  ours: () => Promise<void>,
): Promise<readonly string[]> {
  const before = (await made(own)).length;
  await ours();
  const entries = (await made(own)).slice(before);
  return [
    `requests of a no-op job  ${entries.length} in the audit log: ${requestKinds(entries).join(', ')}`,
  ];
}

async function requestsWhileRunning(
  own: RunningCluster,
  start: () => ReturnType<JobStarter['start']>,
): Promise<string> {
  const job = await start();
  const says = (text: string): Promise<unknown> =>
    job.recorder.seen(
      (event) => event.type === 'output' && Buffer.from(event.bytes).includes(text),
    );
  await says('started');
  const before = (await made(own)).length;
  await says('done');
  const count = (await made(own)).length - before;
  await job.result;
  return `requests while running   ${count} in ${sleepSeconds} s`;
}

/** Requests of the bench. */
const made = (own: RunningCluster): Promise<readonly AuditEntry[]> =>
  auditedRequests(own, (entry) => entry.userAgent === userAgent);
