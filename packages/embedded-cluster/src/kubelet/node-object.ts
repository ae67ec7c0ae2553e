import { readFileSync } from 'node:fs';
import { availableParallelism, release, totalmem } from 'node:os';
import type { Clock, JsonObject, KubeObject } from '@millrace/core';
import type { Store } from '../contracts.ts';
import { presentedVersion } from '../presented-version.ts';
import { leaseType, nodeType } from '../store/resource-types.ts';
import { apiTime } from './pod-types.ts';

const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
const leaseSeconds = 40;
/** As often as a kubelet renews its lease. */
const renewInterval = 10_000;
const leaseNamespace = 'kube-node-lease';

/**
 * Makes the node's own object and its lease, and keeps the lease fresh.
 * @returns the way to stop
 */
export function registerNode(
  store: Store,
  clock: Clock,
  name: string,
  address: string,
): () => void {
  const node = store.create(nodeType, nodeObject(name, address, apiTime(clock.now())));
  store.create(leaseType, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name,
      namespace: leaseNamespace,
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid: node.metadata.uid ?? '' }],
    },
    spec: leaseSpec(name, clock),
  });
  let cancel = (): void => {};
  const renew = (): void => {
    const key = { type: leaseType, namespace: leaseNamespace, name };
    if (store.get(key) !== undefined)
      store.update(key, (before) => ({ ...before, spec: leaseSpec(name, clock) }));
    cancel = clock.after(renewInterval, renew);
  };
  cancel = clock.after(renewInterval, renew);
  return () => cancel();
}

const leaseSpec = (name: string, clock: Clock): JsonObject => ({
  holderIdentity: name,
  leaseDurationSeconds: leaseSeconds,
  renewTime: new Date(clock.now()).toISOString().replace('Z', '000Z'),
});

function nodeObject(name: string, address: string, now: string): KubeObject {
  const resources = {
    cpu: String(Math.max(availableParallelism(), 8)),
    memory: `${Math.floor(totalmem() / 1024)}Ki`,
    pods: '250',
    'ephemeral-storage': '100Gi',
  };
  const condition = (
    type: string,
    status: string,
    reason: string,
    message: string,
  ): JsonObject => ({
    type,
    status,
    lastHeartbeatTime: now,
    lastTransitionTime: now,
    reason,
    message,
  });
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'beta.kubernetes.io/arch': architecture,
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': architecture,
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
      },
    },
    spec: {},
    status: {
      capacity: resources,
      allocatable: resources,
      conditions: [
        condition(
          'MemoryPressure',
          'False',
          'KubeletHasSufficientMemory',
          'kubelet has sufficient memory available',
        ),
        condition(
          'DiskPressure',
          'False',
          'KubeletHasNoDiskPressure',
          'kubelet has no disk pressure',
        ),
        condition(
          'PIDPressure',
          'False',
          'KubeletHasSufficientPID',
          'kubelet has sufficient PID available',
        ),
        condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
      ],
      addresses: [
        { type: 'InternalIP', address },
        { type: 'Hostname', address: name },
      ],
      nodeInfo: {
        machineID: '',
        systemUUID: '',
        bootID: '',
        architecture,
        operatingSystem: 'linux',
        kernelVersion: release(),
        osImage: systemName(),
        containerRuntimeVersion: `millrace://${presentedVersion.gitVersion.slice(1)}`,
        kubeletVersion: presentedVersion.gitVersion,
        kubeProxyVersion: '',
      },
    },
  };
}

/** What this machine's system calls itself. */
function systemName(): string {
  try {
    const text = readFileSync('/etc/os-release', 'utf8');
    return /^PRETTY_NAME="?(?<name>[^"\n]*)/mu.exec(text)?.groups?.['name'] ?? '';
  } catch {
    return '';
  }
}
