import type { JsonObject, ObjectContribution, Plugin, PodContribution, Unit } from '@millrace/core';
import { resourceTypes } from '@millrace/kube-objects';
import type { ClusterHandle } from '../cluster/cluster-handle.ts';
import { planTestJob, podBasics, type TestJob } from './test-job.ts';

/** A unit of a test job: a script that is the command of the one container of its pod. */
export interface ScriptUnit extends Partial<Omit<Unit, 'work' | 'containers'>> {
  readonly id: string;
  readonly script: string;
  /** Instead of the shell with the script. */
  readonly command?: readonly string[];
  /** Default: one that is on the nodes. */
  readonly image?: string;
  /** More wishes for the pod of this unit. */
  readonly contributions?: readonly PodContribution[];
}

/** A job for the executor without any peer: a pod a unit, each with one container. */
export interface ContainerJobOptions {
  readonly cluster: Pick<ClusterHandle, 'images' | 'mountPrefix'>;
  readonly namespace: string;
  readonly runnerId: string;
  readonly jobId: string;
  readonly units: readonly ScriptUnit[];
  readonly timeoutSeconds?: number;
  /** Objects besides the pods. */
  readonly objects?: readonly ObjectContribution[];
  /** Plugins beside the job's own. */
  readonly plugins?: readonly Plugin[];
}

/** The container of a unit that is its work. */
export const stepContainer = 'step';

/** Plans a job of container units on a cluster. */
export function planContainerJob(options: ContainerJobOptions): Promise<TestJob> {
  const { jobId, units, cluster, objects = [] } = options;
  const byId = new Map(units.map((unit) => [unit.id, unit] as const));
  return planTestJob(options, {
    units: units.map((unit) => unitOf(jobId, unit)),
    objects,
    podOf: ({ id }) => {
      const unit = byId.get(id);
      return [
        ...podBasics,
        ...(unit === undefined ? [] : stepContributions(cluster, unit)),
        ...(unit?.contributions ?? []),
      ];
    },
  });
}

function unitOf(
  jobId: string,
  { script: _script, command: _command, image: _image, contributions: _more, ...unit }: ScriptUnit,
): Unit {
  return {
    title: unit.id,
    after: [],
    on: 'success',
    background: false,
    countsAsFailure: true,
    recreate: { when: 'never' },
    podName: `${unit.id}-${jobId}`,
    ...unit,
    containers: [
      {
        name: stepContainer,
        role: 'step',
        init: false,
        driven: false,
        variables: [],
        rank: 0,
      },
    ],
    work: { kind: 'container', container: stepContainer },
  };
}

function stepContributions(
  { images }: Pick<ClusterHandle, 'images'>,
  { script, command = ['/bin/sh', '-c', script], image = images.shell }: ScriptUnit,
): readonly PodContribution[] {
  const source = { plugin: '@millrace/testkit-job' };
  const on = { name: [stepContainer] };
  return [
    { kind: 'field', on, path: '/command', op: 'set', value: command, source },
    { kind: 'field', on, path: '/image', op: 'set', value: image, source },
  ];
}

/** A headless service and a claim, as a job of several pods has them. */
export function sharedObjects(namespace: string, jobId: string): readonly ObjectContribution[] {
  const ofJob = {
    kind: 'object',
    scope: 'job',
    when: 'before',
    deleteAt: 'job-end',
    source: { plugin: '@millrace/testkit-job' },
  } as const;
  const metadata: JsonObject = { name: `shared-${jobId}`, namespace };
  return [
    {
      ...ofJob,
      id: 'claim',
      type: resourceTypes.persistentvolumeclaims,
      manifest: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata,
        spec: {
          accessModes: ['ReadWriteMany'],
          resources: { requests: { storage: '1Mi' } },
        },
      },
    },
    {
      ...ofJob,
      id: 'service',
      type: resourceTypes.services,
      manifest: {
        apiVersion: 'v1',
        kind: 'Service',
        metadata,
        spec: { clusterIP: 'None', selector: { job: jobId } },
      },
    },
  ];
}
