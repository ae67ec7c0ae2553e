import { CallRefusal, notFound, refusal } from './call-refusal.ts';
import { breachesOfReport } from './check-report.ts';
import {
  checkOwner,
  ownWorkflow,
  secondsOf,
  type Caller,
  type Handler,
  type WoodpeckerContext,
} from './server-context.ts';
import { nextCourse } from './step-machine.ts';
import type { WireMessage } from './wire/message-fields.ts';
import { isEnded, type KeptStep, type KeptWorkflow } from './workflow-book.ts';
import { cancelPipeline } from './workflow-calls.ts';

/** Seconds for which logs are taken after the end of their pipeline. */
const lateLogs = 300;
const longestEntry = 1_048_576;
/** A batch is sent when it has reached a mebibyte, so it may be longer by one entry. */
const longestBatch = 2 * longestEntry;
const lineBreak = 0x0a;

/** `Update` */
export const updateStep: Handler<'Update'> = ({ id, state }, caller, context) => {
  const workflow = ownWorkflow(context, caller, id);
  const step = workflow.steps.find(({ uuid }) => uuid === state?.step_uuid);
  if (state === undefined || step === undefined) throw notFound();
  workflow.reports.push(state);
  const breach = (sentence: string): void => caller.breach(`step ${step.name}: ${sentence}`);
  for (const sentence of breachesOfReport(state)) breach(sentence);
  if (workflow.status === 'pending') breach('its workflow did not begin');
  if (step.course.status === 'pending' && state.exited && state.started !== 0)
    if (!workflow.disturbed) breach('it ended and was never said to start');
  try {
    step.course = nextCourse(step.course, state, secondsOf(context.clock));
  } catch (refused) {
    // While the workflow is active the server only writes such errors to its log.
    if (!(refused instanceof CallRefusal) || isEnded(workflow)) throw refused;
    if (!workflow.disturbed) breach(refused.message);
    return {};
  }
  if (step.course.status === 'failure' && step.failure === 'cancel')
    cancelPipeline(context, workflow.pipeline);
  return {};
};

/** `Log` */
export const storeLog: Handler<'Log'> = ({ logEntries }, caller, context) => {
  const { breach } = caller;
  if (logEntries.length === 0) breach('a batch without entries');
  const size = logEntries.reduce((sum, { data }) => sum + data.length, 0);
  if (logEntries.length > 1 && size > longestBatch) breach(`a batch of ${size} bytes`);
  for (const entry of logEntries) storeEntry(entry, caller, context);
  return {};
};

function storeEntry(
  entry: WireMessage<'LogEntry'>,
  caller: Caller,
  context: WoodpeckerContext,
): void {
  const found = context.workflows.findStep(entry.step_uuid);
  if (found === undefined)
    throw refusal(
      `could not find step with uuid ${entry.step_uuid} in store: sql: no rows in result set`,
    );
  const { workflow, step } = found;
  checkOwner(caller, workflow);
  if (!takesLogs(context, workflow, step))
    throw refusal(
      'can not alter logs: agent can not append logs to a step that is marked not running',
    );
  const breach = (sentence: string): void => caller.breach(`log of ${step.name}: ${sentence}`);
  const { time, line, type, data } = entry;
  // Whoever was killed, or never heard the answer, sends the same lines again.
  if (step.log[line]?.data.equals(data) === true) {
    context.repeated();
    return;
  }
  if (type !== 0) breach(`an entry of type ${type}`);
  if (data.includes(lineBreak)) breach(`line ${line} has a line break`);
  if (data.length > longestEntry) breach(`line ${line} has ${data.length} bytes`);
  if (line !== step.log.length && !workflow.disturbed)
    breach(`line ${line} where ${step.log.length} was to come`);
  if (step.course.status === 'pending' && !workflow.disturbed) breach('the step has not started');
  if (time < (step.log.at(-1)?.time ?? 0) && !workflow.resumed)
    breach(`line ${line} is older than the line before it`);
  step.log.push(entry);
}

function takesLogs(
  { clock, workflows }: WoodpeckerContext,
  { pipeline }: KeptWorkflow,
  { course }: KeptStep,
): boolean {
  const together = workflows.ofPipeline(pipeline);
  const isRunning = together.some(({ status }) => status === 'running');
  if (course.status === 'running' || isRunning) return true;
  if (!together.every(isEnded)) return false;
  return secondsOf(clock) - Math.max(...together.map(({ finished }) => finished)) <= lateLogs;
}
