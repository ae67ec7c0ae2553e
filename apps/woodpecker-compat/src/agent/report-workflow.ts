import type { JobResult, Plan, RunEvent, Unit } from '@millrace/core';
import { statusOf, type LogEntry, type WorkflowState } from '@millrace/woodpecker-protocol';
import type { AgentPlace } from './agent-place.ts';
import { createStepLog, type StepLine, type StepLog } from './step-log.ts';
import { endedStep, isCutShort, startedStep } from './step-state.ts';
import { stepStory } from './step-story.ts';
import { seconds, wordsOf } from './workflow-app.ts';
import type { WorkflowMemory } from './workflow-memory.ts';

/** Whose events are reported. */
export interface ReportedWorkflow {
  readonly id: string;
  /** Step uuids by unit. */
  readonly steps: ReadonlyMap<string, string>;
  readonly masks: readonly string[];
  /** What was said when it was planned. */
  readonly notes: Plan['log'];
  readonly memory: WorkflowMemory;
}

/** Lines of a workflow on their way, so that what the server has of them can be noted. */
export interface SentLines {
  readonly add: (entry: LogEntry, taken: () => void) => Promise<void>;
}

/** Tells the server what happens in a workflow: steps that begin and end, and their lines. */
export function reportEvents(
  { server, logger, clock, lastWords }: AgentPlace,
  { id, steps, masks, notes, memory }: ReportedWorkflow,
  lines: SentLines,
): (event: RunEvent) => Promise<void> {
  const logs = new Map<string, StepLog>();
  const logOf = (unit: string): StepLog => {
    const known = logs.get(unit);
    if (known !== undefined) return known;
    const log = createStepLog(masks, memory.lineOf(unit));
    logs.set(unit, log);
    return log;
  };
  const send = async (unit: string, found: readonly StepLine[]): Promise<void> => {
    const now = clock.now();
    const opened = memory.openedAt(unit, now);
    for (const { data, line, end } of found) {
      const time = Math.max(0, Math.floor((now - opened) / 1000));
      const stepUuid = steps.get(unit) ?? '';
      await lines.add({ stepUuid, time, line, data }, () => memory.tookLine(unit, end));
    }
  };
  /** What the agent itself has to say in a step's log; it counts as no byte of the container's. */
  const say = async (unit: string, words: readonly string[]): Promise<void> => {
    const log = logOf(unit);
    await send(unit, log.end());
    await send(unit, log.say(words));
  };
  const update = async (unit: Unit, state: Parameters<typeof server.update>[1]): Promise<void> => {
    try {
      await lastWords((signal) => server.update(id, state, { signal }));
      memory.toldStep(state.stepUuid);
    } catch (failure) {
      // A server that knows only the beginning of a step takes it for a success when the workflow ends.
      if (statusOf(failure) === undefined) memory.missedStep(state);
      logger.error('could not tell the server how a step stands', {
        workflow: id,
        step: unit.title,
        error: wordsOf(failure),
      });
    }
  };
  return async (event) => {
    switch (event.type) {
      case 'unit-creating':
        await update(event.unit, startedStep(steps.get(event.unit.id) ?? ''));
        break;
      case 'output': {
        const { unit, bytes, offset, place } = event;
        if (offset === undefined) await say(unit.id, [new TextDecoder().decode(bytes).trimEnd()]);
        else await send(unit.id, logOf(unit.id).push(bytes, place));
        return;
      }
      case 'unit-finished': {
        const { unit, result } = event;
        // Of steps that the workflow's end kept from beginning the server knows by itself.
        if (result.attempts === 0 && isCutShort(result.outcome)) break;
        await send(unit.id, logOf(unit.id).end());
        await say(unit.id, stepStory(unit, result, notes));
        await update(unit, endedStep(steps.get(unit.id) ?? '', result));
        break;
      }
      case 'trouble':
        logger.warn(event.message, { workflow: id });
        break;
      case 'line':
        logger[event.line.kind === 'warn' ? 'warn' : 'info'](event.line.text, { workflow: id });
        break;
      default:
        break;
    }
    memory.tookEvent(event);
  };
}

/** How a workflow ended, as the server is told. Pure. Failing steps are no error of the workflow: the server knows them. */
export function endedWorkflow(
  { outcome, units }: JobResult,
  started: number,
  finished: number,
): WorkflowState {
  const state = {
    started: seconds(started),
    finished: seconds(finished),
    error: '',
    canceled: false,
  };
  if (isCutShort(outcome)) return { ...state, canceled: true };
  if (outcome.kind !== 'failure') return state;
  const isOfStep = units.some((unit) => unit.exitCode !== undefined && unit.outcome === outcome);
  const own = outcome.reason === 'script_failed' || outcome.reason === 'oom_killed' || isOfStep;
  return own ? state : { ...state, error: outcome.message };
}
