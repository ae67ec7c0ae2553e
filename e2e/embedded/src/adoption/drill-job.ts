import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createSystemClock } from '@millrace/async';
import type { JsonObject, ObjectContribution, Plugin, Unit } from '@millrace/core';
import { createExecutor, openDirectoryStore } from '@millrace/engine';
import { connect } from '@millrace/kube';
import { resourceTypes } from '@millrace/kube-objects';
import {
  planContainerJob,
  planSessionJob,
  silentLogger,
  type ClusterHandle,
  type ScriptStage,
  type ScriptUnit,
} from '@millrace/testkit';
import { openJournal } from './journal.ts';
import { killAt, pointedApi, pointedStore } from './points.ts';

/** One job of a drill, as every process of it is told. Plain JSON. */
export interface DrillSpec {
  readonly server: string;
  readonly token: string;
  readonly certificateAuthority: string;
  readonly images: ClusterHandle['images'];
  readonly mountPrefix?: string;
  readonly namespace: string;
  readonly jobId: string;
  readonly runnerId: string;
  /** Records, journal, reports and the points that were passed. */
  readonly folder: string;
  readonly stages: readonly ScriptStage[];
  /** Container units, instead of a pod with stages. */
  readonly units?: readonly ScriptUnit[];
  readonly recreate: Unit['recreate'];
  /** The pod's first attempt is refused by a plugin. */
  readonly firstPodIsLost: boolean;
  readonly timeoutSeconds: number;
  /** The process kills itself there; 0: it lives. */
  readonly killAt: number;
}

/** Files of a drill. */
export const drillFiles = (folder: string) => ({
  records: join(folder, 'records'),
  journal: join(folder, 'journal'),
  reports: join(folder, 'reports'),
  points: join(folder, 'points'),
});

/**
 * What a runner does with one job: adopts it if there is a record, else runs it; reports the result, and when that is
 * acknowledged removes the record.
 */
export async function workOnJob(spec: DrillSpec, signal: AbortSignal): Promise<void> {
  const files = drillFiles(spec.folder);
  const point = killAt(spec.killAt, files.points);
  const journal = openJournal(files.journal, point);
  const clock = createSystemClock();
  const store = await openDirectoryStore(files.records, { signal });
  const api = connect(
    {
      server: spec.server,
      token: spec.token,
      ca: spec.certificateAuthority,
      source: 'drill',
    },
    { userAgent: 'millrace-drill', clock, logger: silentLogger },
  );
  const executor = createExecutor({
    api: pointedApi(api, point),
    store: pointedStore(store, point),
    clock,
    logger: silentLogger,
    runnerId: spec.runnerId,
    limits: { stageGrace: 500 },
  });
  const { units } = spec;
  const common = { ...spec, cluster: spec, plugins: [drillPlugin(spec)] };
  const { generation, plan } = await (units === undefined
    ? planSessionJob({ ...common, unit: { recreate: spec.recreate } })
    : planContainerJob({ ...common, units }));
  try {
    const { records } = await store.list({ signal });
    const [record] = records;
    // Reported and forgotten: there is no such job any more.
    if (record === undefined && existsSync(files.reports)) return;
    const ports = {
      generation,
      emit: journal.emit,
      persist: () => {
        point('everything taken is to be made sure of');
        return Promise.resolve();
      },
      cancel: signal,
      abort: signal,
    };
    const result =
      record === undefined
        ? await executor.run({ ...ports, plan })
        : await executor.adopt({ ...ports, record, taken: journal.taken() });
    point('before the report');
    appendFileSync(files.reports, `${JSON.stringify(result)}\n`);
    point('after the report');
    await store.remove(spec.jobId, { signal });
    point('after the removal');
  } finally {
    executor.dispose();
    await generation.dispose();
    await api.close();
    await store.close();
  }
}

/** Objects of every life, and a first pod that may be lost. */
const drillPlugin = ({ namespace, jobId, firstPodIsLost }: DrillSpec): Plugin => ({
  $$type: '@millrace/plugin',
  name: '@millrace/drill',
  apiVersion: '1',
  configKey: 'drill',
  configSchema: {
    '~standard': { version: 1, vendor: 'millrace', validate: (value) => ({ value }) },
  },
  setup: ({ tap }) => {
    const secret = (
      name: string,
      life: Pick<ObjectContribution, 'scope' | 'when' | 'owner' | 'deleteAt'>,
    ): ObjectContribution => ({
      kind: 'object',
      id: name,
      type: resourceTypes.secrets,
      manifest: {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: `${name}-${jobId}`, namespace },
        stringData: { name } satisfies JsonObject,
      },
      ...life,
      source: { plugin: '@millrace/drill' },
    });
    tap('contributeObject', ([unit]) => {
      const scope = { unit: unit?.id ?? '' };
      return [
        secret('of-the-job', { scope: 'job', when: 'before', deleteAt: 'job-end' }),
        secret('before-the-pod', { scope, when: 'before', deleteAt: 'scope-end' }),
        secret('after-the-pod', { scope, when: 'after', owner: scope, deleteAt: 'scope-end' }),
      ];
    });
    tap('classifyPod', ({ pod }) =>
      firstPodIsLost && pod.metadata.uid !== undefined && pod.metadata.name === `job-${jobId}`
        ? {
            verdict: 'recreate',
            outcome: { kind: 'failure', reason: 'image_pull_failed', message: 'not this one' },
          }
        : undefined,
    );
  },
});
