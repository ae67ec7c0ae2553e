import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSystemClock } from '@millrace/async';
import { temporaryFolder } from '@millrace/e2e-suites/gitlab-program';
import { workflowPayload, type StepSpec } from '@millrace/e2e-suites/woodpecker-fixture';
import { startAgentProgram } from '@millrace/e2e-suites/woodpecker-program';
import { connect } from '@millrace/kube';
import { silentLogger, startWoodpeckerServer, type WoodpeckerServer } from '@millrace/testkit';
import { startRealHandle } from '../handle/start-real-handle.ts';
import { auditedRequests, ownCluster, requestKinds } from './audited-requests.ts';
import { runBarePod, withClaim } from './bare-pod.ts';
import { showSpread, spreadOf } from './measure.ts';

const rounds = 10;
const atOnce = 10;
const steps = ['one', 'two', 'three'];
const agentName = 'millrace-woodpecker';

/** What happened in one workflow, in milliseconds from its begin. */
interface Course {
  readonly all: number;
  /** Calls of the agent, in order. */
  readonly calls: readonly { readonly name: string; readonly at: number }[];
}

/**
 * Measures workflows of three steps that do nothing against three bare pods, one after another, without and with a claim, in
 * turn on the cluster of `npm run e2e`; then the agent's requests and its memory.
 */
export async function runWorkflowBench(say: (line: string) => void): Promise<void> {
  const handle = await startRealHandle();
  const own = ownCluster(handle);
  const { server: address, certificateAuthority: ca, adminToken: token } = own;
  const api = connect(
    { server: address, ca, token, source: 'bench' },
    { userAgent: 'millrace-bench', clock: createSystemClock(), logger: silentLogger },
  );
  const namespace = await handle.newNamespace();
  const folder = await temporaryFolder();
  const server = await startWoodpeckerServer();
  const image = handle.images.tools;
  const pod = { namespace, images: [image] };
  const bare = async (claim?: string): Promise<void> => {
    for (const _step of steps) await runBarePod(api, { ...pod, ...(claim && { claim }) });
  };
  // Past the proxy, which would cost both the same and hide the ratio.
  const agent = await startAgentProgram({ cluster: own, server, namespace, folder }, [], {
    WOODPECKER_MAX_WORKFLOWS: String(atOnce),
  });
  let last = 0;
  const add = (stages: readonly (readonly StepSpec[])[]): string => {
    last += 1;
    const id = randomUUID().slice(0, 8);
    server.addWorkflow({ id: String(last), payload: workflowPayload(stages, { image, id }) });
    return String(last);
  };
  const ours = (): Promise<Course> =>
    courseOf(server, () => add(steps.map((name) => [{ name, commands: ['true'] }])));
  const requests = () =>
    auditedRequests(
      own,
      ({ userAgent = '', objectRef = {} }) =>
        userAgent.startsWith(agentName) && objectRef.namespace === namespace,
    );
  try {
    await server.until(() => server.heldPolls() === atOnce);
    const idle = await memoryOf(agent.pid);
    await bare();
    await withClaim(api, namespace, bare);
    await ours();
    const times: Record<'bare' | 'claimed' | 'ours', number>[] = [];
    const courses: Course[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const floor = await durationOf(() => bare());
      const claimed = await durationOf(() => withClaim(api, namespace, bare));
      const course = await ours();
      courses.push(course);
      times.push({ bare: floor, claimed, ours: course.all });
    }
    say(
      `Kubernetes ${handle.version}, ${rounds} rounds of: three bare pods, three with a claim, a workflow of three steps`,
    );
    for (const floor of ['bare', 'claimed'] as const) {
      const ratios = spreadOf(times.map((each) => each.ours / each[floor]));
      say(
        `${floor === 'bare' ? 'bare pods       ' : 'pods and a claim'}  floor ${showSpread(spreadOf(times.map((each) => each[floor])))}  ours ${showSpread(spreadOf(times.map((each) => each.ours)))}  ratio ${ratios.median.toFixed(2)} (${ratios.minimum.toFixed(2)}–${ratios.maximum.toFixed(2)})`,
      );
    }
    say(`its course, milliseconds from Next: ${courseText(courses)}`);
    const slowest = courses.toSorted((a, b) => b.all - a.all).slice(0, 1);
    say(`the slowest: ${courseText(slowest)}`);
    const before = (await requests()).length;
    await ours();
    const made = (await requests()).slice(before);
    say(
      `requests of a workflow    ${made.length} in the audit log: ${requestKinds(made).join(', ')}`,
    );
    const after = await memoryOf(agent.pid);
    const busy = await whileBusy(server, add, () => memoryOf(agent.pid));
    say(
      `resident memory of the agent, MiB: ${idle} when it has started, ${after} after ${rounds + 2} workflows, ${busy} with ${atOnce} workflows at once`,
    );
    const [violation] = server.violations();
    if (violation !== undefined) throw new Error(`the agent broke the protocol: ${violation}`);
  } finally {
    agent.kill('SIGTERM');
    await agent.finished;
    await server.close();
    await folder.remove();
    await api.close();
    await handle.close();
  }
}

async function durationOf(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}

/** The agent waits for work all the time, so a workflow is its own as soon as it is there. */
async function courseOf(server: WoodpeckerServer, begin: () => string): Promise<Course> {
  const calls: { name: string; at: number }[] = [];
  const start = performance.now();
  server.onCall((name) => calls.push({ name, at: performance.now() - start }));
  const id = begin();
  const status = await server.whenDone(id);
  const all = performance.now() - start;
  if (status !== 'success') throw new Error(`workflow ${id} ended with ${status}`);
  return { all, calls: calls.filter(({ name }) => ['Init', 'Update', 'Done'].includes(name)) };
}

/** Medians of courses, call by call. */
const courseText = (courses: readonly Course[]): string =>
  (courses[0]?.calls ?? [])
    .map(({ name }, index) => {
      const { median } = spreadOf(courses.map(({ calls }) => calls[index]?.at ?? Number.NaN));
      return `${name} ${median.toFixed(0)}`;
    })
    .join(', ');

/** Measures while so many workflows run at once. */
async function whileBusy(
  server: WoodpeckerServer,
  add: (stages: readonly (readonly StepSpec[])[]) => string,
  measure: () => Promise<number>,
): Promise<number> {
  const name = 'long';
  const commands = ['echo it runs', 'sleep 600'];
  const ids = Array.from({ length: atOnce }, () => add([[{ name, commands }]]));
  await Promise.all(ids.map((id) => server.whenLogged(id, name, 'it runs')));
  const measured = await measure();
  for (const id of ids) server.cancel(id);
  await Promise.all(ids.map((id) => server.whenDone(id)));
  return measured;
}

/** Resident memory of a process in MiB. */
async function memoryOf(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid ?? 'none'}/status`, 'utf8');
  return Math.round(Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024);
}
