import {
  isSidecar,
  type Condition,
  type Container,
  type ContainerState,
  type Phase,
  type Pod,
} from './pod-types.ts';

/** What the kubelet knows of one container. */
export interface ContainerRecord {
  readonly state: ContainerState;
  readonly lastState: ContainerState;
  readonly restartCount: number;
  readonly ready: boolean;
  readonly started: boolean;
  readonly imageID: string;
  readonly containerID: string | undefined;
}

/** What the kubelet knows of a pod as a whole. */
export interface PodFacts {
  readonly startTime: string;
  /** Volumes are there and containers may start. */
  readonly sandboxReady: boolean;
  /** All init containers have once been through. */
  readonly initialized: boolean;
  /** Nothing will be started again. */
  readonly terminal: boolean;
  /** Set when the kubelet ended the pod: `Evicted`, `DeadlineExceeded`. */
  readonly failure: { readonly reason: string; readonly message: string } | undefined;
  readonly hostIP: string;
}

type Records = ReadonlyMap<string, ContainerRecord>;

/** The state before anything has been tried. */
export function newRecord(pod: Pod): ContainerRecord {
  const reason =
    (pod.spec.initContainers ?? []).length > 0 ? 'PodInitializing' : 'ContainerCreating';
  return {
    state: { waiting: { reason } },
    lastState: {},
    restartCount: 0,
    ready: false,
    started: false,
    imageID: '',
    containerID: undefined,
  };
}

const ended = (record: ContainerRecord | undefined): number | undefined =>
  record?.state.terminated?.exitCode ??
  (record?.state.waiting === undefined ? undefined : record.lastState.terminated?.exitCode);

/** The phase rules of the kubelet's `getPhase`. */
function podPhase(pod: Pod, records: Records, facts: PodFacts): Phase {
  if (facts.failure !== undefined) return 'Failed';
  const inits = pod.spec.initContainers ?? [];
  const regular = inits
    .filter((container) => !isSidecar(container))
    .map((container) => records.get(container.name));
  const sidecars = inits.filter(isSidecar).map((container) => records.get(container.name));
  const main = pod.spec.containers.map((container) => records.get(container.name));
  const policy = pod.spec.restartPolicy ?? 'Always';
  if (policy === 'Never' && regular.some((record) => (ended(record) ?? 0) !== 0)) return 'Failed';
  if (regular.some((record) => ended(record) === undefined)) return 'Pending';
  if (!facts.initialized && sidecars.some((record) => record?.started !== true)) return 'Pending';
  if (
    main.some(
      (record) => record?.state.waiting !== undefined && record.lastState.terminated === undefined,
    )
  )
    return 'Pending';
  if ([...main, ...sidecars].some((record) => record?.state.running !== undefined))
    return 'Running';
  const good = main.every((record) => ended(record) === 0);
  if (facts.terminal) return good ? 'Succeeded' : 'Failed';
  if (policy === 'Always') return 'Running';
  if (good) return 'Succeeded';
  return policy === 'Never' ? 'Failed' : 'Running';
}

type Verdict = Pick<Condition, 'status' | 'reason' | 'message'>;

const listed = (what: string, names: readonly string[]): string =>
  `containers with ${what} status: [${names.join(' ')}]`;

function initialized(pod: Pod, records: Records, facts: PodFacts, phase: Phase): Verdict {
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' };
  if (facts.initialized) return { status: 'True' };
  const incomplete = (pod.spec.initContainers ?? []).filter((container) => {
    const record = records.get(container.name);
    return isSidecar(container)
      ? record?.started !== true
      : record?.state.terminated?.exitCode !== 0;
  });
  if (incomplete.length === 0) return { status: 'True' };
  return {
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: listed(
      'incomplete',
      incomplete.map(({ name }) => name),
    ),
  };
}

function containersReady(pod: Pod, records: Records, phase: Phase): Verdict {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const watched = [...(pod.spec.initContainers ?? []).filter(isSidecar), ...pod.spec.containers];
  const unready = watched
    .filter(({ name }) => records.get(name)?.ready !== true)
    .map(({ name }) => name);
  return unready.length === 0
    ? { status: 'True' }
    : { status: 'False', reason: 'ContainersNotReady', message: listed('unready', unready) };
}

function ready(pod: Pod, containers: Verdict, conditions: readonly Condition[]): Verdict {
  if (containers.status !== 'True') return containers;
  const gates = (pod.spec.readinessGates ?? []).filter(
    ({ conditionType }) => conditions.find(({ type }) => type === conditionType)?.status !== 'True',
  );
  if (gates.length === 0) return containers;
  return {
    status: 'False',
    reason: 'ReadinessGatesNotReady',
    message: gates
      .map(
        ({ conditionType }) => `the status of pod readiness gate "${conditionType}" is not "True"`,
      )
      .join('; '),
  };
}

/** Conditions of others stay; a transition time changes only with the status. */
function merge(
  before: readonly Condition[],
  verdicts: Readonly<Record<string, Verdict>>,
  observedGeneration: number,
  now: string,
): readonly Condition[] {
  const others = before.filter(({ type }) => !(type in verdicts));
  const ours = Object.entries(verdicts).map(([type, verdict]): Condition => {
    const old = before.find((condition) => condition.type === type);
    const lastTransitionTime =
      old?.status === verdict.status ? (old.lastTransitionTime ?? now) : now;
    return { type, observedGeneration, lastProbeTime: null, lastTransitionTime, ...verdict };
  });
  return [...ours, ...others];
}

function containerStatus(container: Container, record: ContainerRecord): object {
  const mounts = (container.volumeMounts ?? []).map(({ name, mountPath, readOnly }) => ({
    name,
    mountPath,
    ...(readOnly === true ? { readOnly, recursiveReadOnly: 'Disabled' } : {}),
  }));
  return {
    name: container.name,
    image: container.image,
    imageID: record.imageID,
    ...(record.containerID === undefined ? {} : { containerID: record.containerID }),
    state: record.state,
    lastState: record.lastState,
    restartCount: record.restartCount,
    ready: record.ready,
    started: record.started,
    // What it was given is known once it has started.
    ...(record.containerID === undefined ? {} : { resources: container.resources ?? {} }),
    ...(mounts.length === 0 ? {} : { volumeMounts: mounts }),
  };
}

/** The whole status a kubelet reports. @param now - RFC 3339 */
export function podStatus(pod: Pod, records: Records, facts: PodFacts, now: string): object {
  const before = pod.status?.conditions ?? [];
  const phase = podPhase(pod, records, facts);
  const containers = containersReady(pod, records, phase);
  const verdicts: Readonly<Record<string, Verdict>> = {
    PodReadyToStartContainers: { status: facts.sandboxReady && !facts.terminal ? 'True' : 'False' },
    Initialized: initialized(pod, records, facts, phase),
    Ready: ready(pod, containers, before),
    ContainersReady: containers,
    ...(facts.failure?.reason === 'Evicted'
      ? {
          DisruptionTarget: {
            status: 'True',
            reason: 'TerminationByKubelet',
            message: facts.failure.message,
          },
        }
      : {}),
    ...(before.some(({ type }) => type === 'PodScheduled')
      ? {}
      : { PodScheduled: { status: 'True' } }),
  };
  const statuses = (list: readonly Container[]): readonly object[] =>
    list.map((container) =>
      containerStatus(container, records.get(container.name) ?? newRecord(pod)),
    );
  const inits = pod.spec.initContainers ?? [];
  const generation = pod.metadata['generation'];
  const observedGeneration = typeof generation === 'number' ? generation : 1;
  return {
    observedGeneration,
    phase,
    ...facts.failure,
    conditions: merge(before, verdicts, observedGeneration, now),
    hostIP: facts.hostIP,
    hostIPs: [{ ip: facts.hostIP }],
    ...(facts.sandboxReady ? { podIP: facts.hostIP, podIPs: [{ ip: facts.hostIP }] } : {}),
    startTime: facts.startTime,
    ...(inits.length === 0 ? {} : { initContainerStatuses: statuses(inits) }),
    containerStatuses: statuses(pod.spec.containers),
    qosClass: pod.status?.qosClass ?? qosClass(pod),
  };
}

/** By cpu and memory of all containers. */
function qosClass(pod: Pod): string {
  const all = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
  const values = (
    container: Container,
    kind: 'limits' | 'requests',
  ): readonly (string | number | undefined)[] =>
    ['cpu', 'memory'].map((name) => container.resources?.[kind]?.[name]);
  if (
    all.every((container) =>
      [...values(container, 'limits'), ...values(container, 'requests')].every(
        (value) => value === undefined,
      ),
    )
  )
    return 'BestEffort';
  const guaranteed = all.every((container) => {
    const limits = values(container, 'limits');
    return limits.every(
      (limit, index) =>
        limit !== undefined && (values(container, 'requests')[index] ?? limit) === limit,
    );
  });
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
