import type {
  FailureReason,
  JsonObject,
  KubeObject,
  PodSnapshot,
  PodVerdict,
} from '@millrace/core';
import { list, object, text } from './read-json.ts';

interface ContainerStatus {
  readonly name: string;
  readonly image: string;
  readonly waiting: { readonly reason: string; readonly message: string } | undefined;
  readonly running: boolean;
  readonly terminated:
    | { readonly reason: string; readonly message: string; readonly exitCode: number }
    | undefined;
}

interface WaitingRule {
  readonly reason: FailureReason;
  readonly say: (status: ContainerStatus, message: string) => string;
  readonly hint: string | ((message: string) => string);
}

const failedPull: WaitingRule = {
  reason: 'image_pull_failed',
  say: ({ image, name }, message) =>
    `pulling image "${image}" for container ${name}: image pull failed: ${message}`,
  hint: pullHint,
};

/** What to do about a container whose first process does not come up. */
export const cannotStart =
  'check that the image has a shell, and the container’s command and working directory';

/**
 * Waiting reasons of the kubelet that end a job, with what they mean. Source: Kubernetes `pkg/kubelet/images` and
 * `pkg/kubelet/container/sync_result.go` (names of the reasons).
 */
const waitingRules: Readonly<Record<string, WaitingRule>> = {
  ErrImagePull: failedPull,
  ImagePullBackOff: failedPull,
  RegistryUnavailable: failedPull,
  SignatureValidationFailed: failedPull,
  ErrImageNeverPull: {
    reason: 'image_never_pull',
    say: ({ image, name }, message) =>
      `image "${image}" for container ${name} is not on the node and may not be pulled: ${message}`,
    hint: 'use another pull policy, or put the image on the node',
  },
  InvalidImageName: {
    reason: 'image_name_invalid',
    say: ({ image, name }, message) =>
      `image name "${image}" for container ${name} is not valid: ${message}`,
    hint: 'correct the image name',
  },
  CreateContainerConfigError: {
    reason: 'container_config_error',
    say: ({ name }, message) => `container ${name} cannot be configured: ${message}`,
    hint: 'check the secrets, config maps, users and mounts that the container refers to',
  },
  CreateContainerError: {
    reason: 'container_start_failed',
    say: ({ name }, message) => `container ${name} cannot be created: ${message}`,
    hint: 'check the command and mounts of the container',
  },
  RunContainerError: {
    reason: 'container_start_failed',
    say: ({ name }, message) => `container ${name} cannot be started: ${message}`,
    hint: cannotStart,
  },
  CrashLoopBackOff: {
    reason: 'container_terminated',
    say: ({ name }, message) => `container ${name} ends again and again: ${message}`,
    hint: 'look at its last lines',
  },
};

/** The engine's own rules for what a pod's state means; plugins may come first with `classifyPod`. Pure. */
export function classifyPod(snapshot: PodSnapshot): PodVerdict {
  const { pod, needed } = snapshot;
  const statuses = containerStatuses(pod);
  for (const status of statuses) {
    const rule = status.waiting === undefined ? undefined : waitingRules[status.waiting.reason];
    if (rule !== undefined) {
      const message = messageOf(status, snapshot);
      const hint = typeof rule.hint === 'string' ? rule.hint : rule.hint(message);
      return failed(rule.reason, rule.say(status, message), hint);
    }
  }
  const gone = podGone(pod);
  if (gone !== undefined) return gone;
  for (const status of statuses) {
    if (status.terminated !== undefined && needed.includes(status.name)) return terminated(status);
  }
  const initFailure = statuses.find(
    ({ name, terminated: end }) => isInit(pod, name) && end !== undefined && end.exitCode !== 0,
  );
  if (initFailure !== undefined) return terminated(initFailure);
  const running = needed.every((name) =>
    statuses.some((status) => status.name === name && status.running),
  );
  if (running) return { verdict: 'ready' };
  const note = waitingNote(pod, statuses);
  return note === undefined ? { verdict: 'waiting' } : { verdict: 'waiting', note };
}

/** Why the pod is being taken away or has failed as a whole, if so. Pure. */
export function podGone(pod: KubeObject): PodVerdict | undefined {
  const name = `${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''}`;
  const status = object(pod['status']);
  const disruption = conditions(pod).find(
    (condition) => condition['type'] === 'DisruptionTarget' && condition['status'] === 'True',
  );
  if (disruption !== undefined) {
    return failed(
      'evicted',
      `pod "${name}" is disrupted: reason "${text(disruption['reason'])}", message "${text(disruption['message'])}"`,
      'run the job again; if it happens often, look at the node’s resources and the pod’s requests',
    );
  }
  if (pod.metadata.deletionTimestamp !== undefined)
    return failed(
      'pod_deleted',
      `pod "${name}" is being deleted`,
      'somebody or something other than the runner deleted it: look at the namespace’s events and quotas',
    );
  if (status['phase'] === 'Failed') {
    const reason = text(status['reason']);
    const message = text(status['message']);
    if (reason === 'Evicted')
      return failed(
        'evicted',
        `pod "${name}" was evicted: ${message.trim()}`,
        /exceeds .*limit/.test(message)
          ? 'raise the limit that the message names, or use less'
          : 'raise the pod’s requests for what ran out, or use less of it',
      );
    if (reason === 'NodeLost' || reason === 'NodeShutdown' || reason === 'Shutdown')
      return failed(
        'node_lost',
        `pod "${name}" lost its node: ${message || reason}`,
        'run the job again',
      );
    if (reason === 'DeadlineExceeded')
      return failed(
        'job_timeout',
        `pod "${name}" was active longer than its deadline: ${message}`,
        'raise the job’s timeout',
      );
    if (reason !== '')
      return failed(
        'pod_failed',
        `pod "${name}" status is "Failed": ${reason}${message === '' ? '' : `: ${message}`}`,
        'look at the node’s events',
      );
  }
  return undefined;
}

function terminated({ name, terminated: end }: ContainerStatus): PodVerdict {
  const code = end?.exitCode ?? -1;
  const reason = end?.reason ?? '';
  const detail = end?.message === undefined || end.message === '' ? '' : `: ${end.message.trim()}`;
  if (notStarted.has(reason))
    return failed(
      'container_start_failed',
      `container ${name} cannot be started${detail}`,
      cannotStart,
    );
  const what = `container ${name} ended while the job needed it: exit code: ${code}, reason: '${reason}'${detail}`;
  if (reason === 'OOMKilled')
    return failed(
      'oom_killed',
      what,
      `raise the memory limit of container ${name}, or use less memory`,
    );
  return failed('container_terminated', what, `look at the last lines of container ${name}`);
}

/** Ends of containers whose first process never ran; containerd's word, and that of older runtimes. */
export const notStarted: ReadonlySet<string> = new Set(['StartError', 'ContainerCannotRun']);

/** What to do about a failed pull, by the registry's or the network's own words. */
function pullHint(message: string): string {
  const found = pullHints.find(([words]) => words.test(message));
  return found?.[1] ?? 'check the image name, and that the cluster may pull it';
}

const pullHints: readonly (readonly [RegExp, string])[] = [
  [
    /dial tcp|connection refused|no such host|i\/o timeout|tls|x509|connection reset|request canceled/i,
    'the node cannot talk to the registry: check the registry’s name, and DNS, network and trust of the nodes',
  ],
  [
    /unauthorized|denied|forbidden|authentication required|no basic auth/i,
    'the registry wants other credentials: check those of the job, the runner and the service account',
  ],
  [/not found|manifest unknown/i, 'check the image’s name and tag'],
];

/** Events say more than the status: the kubelet's back-off hides the registry's answer. */
function messageOf(status: ContainerStatus, { events }: PodSnapshot): string {
  const own = status.waiting?.message ?? '';
  if (own !== '' && !own.startsWith('Back-off')) return own;
  const event = events.find(
    (candidate) =>
      text(candidate['type']) === 'Warning' &&
      text(object(candidate['involvedObject'])['fieldPath']).includes(`{${status.name}}`) &&
      text(candidate['reason']) === 'Failed',
  );
  return event === undefined ? own || (status.waiting?.reason ?? '') : text(event['message']);
}

function waitingNote(pod: KubeObject, statuses: readonly ContainerStatus[]): string | undefined {
  const unschedulable = conditions(pod).find(
    (condition) => condition['type'] === 'PodScheduled' && condition['status'] === 'False',
  );
  if (unschedulable !== undefined)
    return `${text(unschedulable['reason'])}: "${text(unschedulable['message'])}"`;
  const waiting = statuses.find(
    (status) => status.waiting !== undefined && status.waiting.message !== '',
  );
  return waiting?.waiting === undefined
    ? undefined
    : `${waiting.waiting.reason}: "${waiting.waiting.message}"`;
}

const failed = (reason: FailureReason, message: string, hint: string): PodVerdict => ({
  verdict: 'failed',
  outcome: { kind: 'failure', reason, message, hint },
});

/** Statuses of a pod's containers, init containers first. */
function containerStatuses(pod: KubeObject): readonly ContainerStatus[] {
  const status = object(pod['status']);
  return ['initContainerStatuses', 'containerStatuses'].flatMap((key) =>
    list(status[key]).map(readStatus),
  );
}

function readStatus(value: JsonObject): ContainerStatus {
  const state = object(value['state']);
  const { waiting, terminated: end } = state;
  return {
    name: text(value['name']),
    image: text(value['image']),
    running: state['running'] !== undefined,
    waiting:
      waiting === undefined
        ? undefined
        : { reason: text(object(waiting)['reason']), message: text(object(waiting)['message']) },
    terminated:
      end === undefined
        ? undefined
        : {
            reason: text(object(end)['reason']),
            message: text(object(end)['message']),
            exitCode: Number(object(end)['exitCode'] ?? -1),
          },
  };
}

const isInit = (pod: KubeObject, name: string): boolean =>
  list(object(pod['spec'])['initContainers']).some((container) => container['name'] === name);
const conditions = (pod: KubeObject): readonly JsonObject[] =>
  list(object(pod['status'])['conditions']);
