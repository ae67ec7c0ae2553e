import type { FieldContribution, JobRequest, Unit } from '@millrace/core';
import { driverCommand } from '@millrace/job-driver';
import { roleOf } from '../run/open-driver.ts';

/** Without word from a session for so long after its last stage, a driver ends itself. */
const driverIdleSeconds = 900;
/** The engine's own name in provenance and refusals. */
export const ENGINE = '@millrace/engine';
const source = { plugin: ENGINE };

/** What every pod of ours carries whatever the plugins: its labels, and the driver in the containers it drives. */
export function engineContributions(
  unit: Unit,
  request: JobRequest,
  namespace: string,
): readonly FieldContribution[] {
  const label = (key: string, value: string): FieldContribution => ({
    kind: 'field',
    path: `/metadata/labels/millrace.dev~1${key}`,
    op: 'set',
    value,
    source,
  });
  return [
    { kind: 'field', path: '/metadata/namespace', op: 'set', value: namespace, source },
    label('job', request.id),
    label('runner', request.runner.id),
    label('unit', unit.id),
    ...driverContributions(unit),
  ];
}

function driverContributions({ work, containers }: Unit): readonly FieldContribution[] {
  if (work.kind !== 'session') return [];
  return containers
    .filter(({ driven }) => driven)
    .map(({ name }) => ({
      kind: 'field',
      on: { name: [name] },
      path: '/command',
      op: 'set',
      value: driverCommand({
        role: roleOf(work, name),
        scriptsDirectory: work.scriptsDirectory,
        logsDirectory: work.logsDirectory,
        idleTimeoutSeconds: driverIdleSeconds,
        // The reference's helper runs its stages so, for builds of another user to write what it fetched.
        ...(name === work.sessionContainer ? { stageUmask: '0000' } : {}),
      }),
      source,
    }));
}
