import type { Clock, JsonObject, KubeObject, PodSnapshot, PodVerdict } from '@millrace/core';
import { classifyPod } from './classify-pod.ts';
import { containerEnd, containerRuns } from './container-state.ts';
import { list, object, text } from './read-json.ts';

/** Reasons of the kubelet for a pull that it will try again. */
const failedPulls: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'RegistryUnavailable',
]);

/**
 * What a pod's state means for a unit whose work is one container of it. `ready` as soon as that container runs, or has
 * run. Other containers of the pod do not count, but those that Kubernetes starts before: init containers must succeed,
 * and native sidecars must come up some time. A failed pull gets a chance: it fails the unit only when it goes on for
 * `pullGrace` milliseconds, with the registry's own answer, which the kubelet's back-off hides after a while.
 */
export function createContainerClassifier(
  container: string,
  { clock, pullGrace }: { readonly clock: Clock; readonly pullGrace: number },
): (snapshot: PodSnapshot) => PodVerdict {
  let failingSince: number | undefined;
  let answer: PodVerdict | undefined;
  return (snapshot) => {
    const { pod } = snapshot;
    if (containerRuns(pod, container) || containerEnd(pod, container) !== undefined)
      return { verdict: 'ready' };
    const seen = withoutOthers(pod, container);
    const verdict = classifyPod({ ...snapshot, pod: seen });
    const pull = verdict.verdict === 'failed' ? failedPull(seen) : undefined;
    if (pull === undefined) {
      failingSince = undefined;
      answer = undefined;
      return verdict;
    }
    const now = clock.monotonic();
    failingSince ??= now;
    if (answer === undefined || !pull.message.startsWith('Back-off')) answer = verdict;
    if (now - failingSince >= pullGrace) return answer;
    return { verdict: 'waiting', note: `${pull.reason}: "${pull.message}"` };
  };
}

/** The pull that fails, when nothing else does. */
function failedPull(
  pod: KubeObject,
): { readonly reason: string; readonly message: string } | undefined {
  const waiting = ['initContainerStatuses', 'containerStatuses']
    .flatMap((key) => list(object(pod['status'])[key]))
    .map((status) => object(object(status['state'])['waiting']))
    .filter(({ reason }) => reason !== undefined);
  const failing = waiting.filter(({ reason }) => failedPulls.has(text(reason)));
  const [first] = failing;
  const others = waiting.some(({ reason }) => hopeless.has(text(reason)));
  if (first === undefined || others || pod.metadata.deletionTimestamp !== undefined)
    return undefined;
  if (object(pod['status'])['phase'] === 'Failed') return undefined;
  return { reason: text(first['reason']), message: text(first['message']) };
}

/** Reasons that no patience helps against, whatever a pull beside them does. */
const hopeless: ReadonlySet<string> = new Set([
  'ErrImageNeverPull',
  'InvalidImageName',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

/** The pod as far as it decides about the container's start. */
function withoutOthers(pod: KubeObject, container: string): KubeObject {
  const status = object(pod['status']);
  const sidecars = new Set(
    list(object(pod['spec'])['initContainers'])
      .filter(({ restartPolicy }) => restartPolicy === 'Always')
      .map(({ name }) => text(name)),
  );
  const init = list(status['initContainerStatuses']).filter(
    (each) => !sidecars.has(text(each['name'])) || !comesAgain(each),
  );
  const own = list(status['containerStatuses']).filter((each) => text(each['name']) === container);
  return { ...pod, status: { ...status, initContainerStatuses: init, containerStatuses: own } };
}

/** A sidecar that has ended is started again by the kubelet. */
const comesAgain = ({ state }: JsonObject): boolean =>
  object(state)['terminated'] !== undefined ||
  text(object(object(state)['waiting'])['reason']) === 'CrashLoopBackOff';
