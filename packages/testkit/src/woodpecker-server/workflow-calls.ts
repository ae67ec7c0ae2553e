import { CallRefusal, refusal } from './call-refusal.ts';
import {
  latestSecond,
  ownWorkflow,
  secondsOf,
  type Handler,
  type WoodpeckerContext,
} from './server-context.ts';
import { closed } from './step-machine.ts';
import { isEnded } from './workflow-book.ts';
import { workflowOutcome } from './workflow-outcome.ts';

const impossible = (): CallRefusal =>
  refusal(
    'agent reported an impossible workflow state, the agent is probably outdated and speaks an incompatible protocol',
  );

const alreadyFinished = (): CallRefusal => refusal('workflow was already marked as finished');

/** `Next` */
export const nextWorkflow: Handler<'Next'> = async (
  { filter },
  { agent, signal, breach },
  { queue },
) => {
  const labels = filter?.labels ?? {};
  if (agent.info === undefined) breach('the agent is not registered');
  if ('org-id' in labels) breach('the label org-id is for the server to set');
  if (Object.keys(labels).length === 0)
    throw new CallRefusal('UNAVAILABLE', 'a Woodpecker server crashes when there are no labels');
  const workflow = await queue.poll(agent.id, labels, signal);
  if (workflow === undefined) return {};
  const { id, timeoutMinutes: timeout, payload } = workflow;
  return { workflow: { id, timeout, payload } };
};

/** `Init` */
export const initWorkflow: Handler<'Init'> = ({ id, state }, caller, context) => {
  const workflow = ownWorkflow(context, caller, id);
  if (isEnded(workflow)) throw alreadyFinished();
  if (state === undefined || state.started === 0 || state.canceled) throw impossible();
  const { breach } = caller;
  if (state.started > latestSecond) breach('started is not in seconds');
  if (state.finished !== 0 || state.error !== '') breach('the workflow has not ended yet');
  workflow.resumed ||= workflow.status === 'running';
  workflow.status = 'running';
  workflow.told = state;
  return {};
};

/** `Wait` */
export const waitForEnd: Handler<'Wait'> = async ({ id }, caller, context) => ({
  canceled: await context.queue.wait(ownWorkflow(context, caller, id), caller.signal),
});

/** `Extend` */
export const extendLease: Handler<'Extend'> = ({ id }, caller, context) => {
  context.queue.extend(ownWorkflow(context, caller, id));
  return {};
};

/** `Done` */
export const endWorkflow: Handler<'Done'> = ({ id, state }, caller, context) => {
  const workflow = ownWorkflow(context, caller, id);
  const { breach } = caller;
  if (isEnded(workflow)) throw alreadyFinished();
  if (state === undefined || (state.started === 0 && state.canceled)) throw impossible();
  if (workflow.status === 'pending') breach(`workflow ${id} did not begin`);
  if (state.finished === 0 || state.finished < state.started)
    breach('it has no end after its start');
  if (Math.max(state.started, state.finished) > latestSecond) breach('a time is not in seconds');
  const now = secondsOf(context.clock);
  const went = state.error === '' && !state.canceled && !workflow.disturbed;
  for (const step of workflow.steps) {
    const { status } = step.course;
    if (went && (status === 'pending' || status === 'running'))
      breach(`step ${step.name} of workflow ${id} is still ${status}`);
    step.course = closed(step.course, now);
  }
  workflow.status = workflowOutcome(
    state,
    workflow.steps.map(({ course, failure }) => ({ status: course.status, failure })),
  );
  workflow.told = state;
  workflow.finished = now;
  context.queue.end(workflow, false);
  return {};
};

/** Somebody, or a failing step, cancels all workflows of a pipeline that have not ended. */
export function cancelPipeline(context: WoodpeckerContext, pipeline: string): void {
  const now = secondsOf(context.clock);
  for (const workflow of context.workflows.ofPipeline(pipeline)) {
    if (isEnded(workflow)) continue;
    workflow.disturbed = true;
    for (const step of workflow.steps)
      if (step.course.status === 'pending') step.course = { ...step.course, status: 'canceled' };
    if (workflow.status === 'pending') {
      workflow.status = 'skipped';
      workflow.finished = now;
    }
    context.queue.end(workflow, true);
  }
}
