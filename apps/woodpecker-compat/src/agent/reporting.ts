import type { Plan, RunEvent } from '@millrace/core';
import type { LogEntry } from '@millrace/woodpecker-protocol';
import type { AgentPlace } from './agent-place.ts';
import { reportEvents } from './report-workflow.ts';
import type { WorkflowApp } from './workflow-app.ts';
import type { WorkflowMemory } from './workflow-memory.ts';

/** What is done with a workflow's events. */
export interface Reporting {
  readonly emit: (event: RunEvent) => Promise<void>;
  readonly persist: () => Promise<void>;
}

/**
 * Tells a workflow's events to the server. When the agent is told to end while the server is away, lines are left behind
 * rather than objects.
 */
export function reporting(
  place: AgentPlace,
  { id, facts }: WorkflowApp,
  { job: { masks }, log: notes }: Plan,
  memory: WorkflowMemory,
): Reporting {
  const { logs, lastWords, interrupt, logger } = place;
  const steps = new Map(facts.steps.map(({ unit, uuid }) => [unit, uuid]));
  const unlessEnding = async (work: Promise<void>): Promise<void> => {
    try {
      await work;
    } catch (failure) {
      if (!interrupt.aborted) throw failure;
      logger.warn('lines of the log were left behind', { workflow: id });
    }
  };
  const add = (entry: LogEntry, taken: () => void): Promise<void> =>
    unlessEnding(
      lastWords((signal) => logs.add({ ...entry, taken, noted: memory.noted }, { signal })),
    );
  return {
    emit: reportEvents(place, { id, steps, masks, notes, memory }, { add }),
    persist: async () => {
      // Behind this point the log cannot be had again.
      await unlessEnding(lastWords((signal) => logs.flushed({ signal })));
      await memory.settled();
    },
  };
}
