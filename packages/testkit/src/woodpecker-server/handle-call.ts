import { CallRefusal, type GrpcStatus } from './call-refusal.ts';
import { messagesOf, type RequestOf, type ResponseOf } from './calls.ts';
import { carryOut, type ReadCall } from './carry-out.ts';
import type { WoodpeckerContext } from './server-context.ts';
import { writeMessage } from './wire/write-message.ts';
import type { WoodpeckerFaultSubject } from './woodpecker-faults.ts';
import type { KeptWorkflow } from './workflow-book.ts';

/** How a call ends; undefined: with its connection. */
export type CallEnd =
  | { readonly bytes: Buffer }
  | { readonly status: GrpcStatus; readonly text: string }
  | undefined;

/**
 * Carries a call out, as far as the faults that are set let it.
 * @throws CallRefusal
 */
export async function handleCall(read: ReadCall, context: WoodpeckerContext): Promise<CallEnd> {
  const { call } = read;
  const { faults } = context;
  const workflow = workflowOf(read.request, context);
  const subject = { call, workflow: workflow?.id };
  const disturb = (): void => {
    if (workflow !== undefined) workflow.disturbed = true;
  };
  if (faults.isDropped(subject)) {
    disturb();
    return undefined;
  }
  const fault = faults.take(subject, 'refuse', 'reset', 'hold', 'nothing-to-do');
  if (fault?.misbehaviour.kind === 'hold') await fault.removed;
  else if (fault !== undefined) {
    disturb();
    const { misbehaviour } = fault;
    if (misbehaviour.kind === 'reset') return undefined;
    if (misbehaviour.kind === 'refuse')
      return { status: misbehaviour.status, text: misbehaviour.text ?? 'a fault of the test' };
    return { bytes: Buffer.alloc(0) };
  }
  const loss = faults.take(subject, 'lose-answer');
  const wasDisturbed = workflow?.disturbed === true;
  const response = await excusing(read, wasDisturbed, workflow, context);
  if (loss !== undefined) {
    disturb();
    return undefined;
  }
  return { bytes: writeMessage(messagesOf[call].response, altered(response, subject, context)) };
}

/** A refusal is a breach, unless it follows from the server's own doing, or the client gave the call up. */
async function excusing(
  read: ReadCall,
  wasDisturbed: boolean,
  workflow: KeptWorkflow | undefined,
  context: WoodpeckerContext,
): Promise<object> {
  try {
    return await carryOut(read, context);
  } catch (refused) {
    if (!(refused instanceof CallRefusal)) throw refused;
    const excused =
      wasDisturbed ||
      workflow?.disturbed === true ||
      refused.status === 'CANCELLED' ||
      (refused.status === 'UNAUTHENTICATED' && context.tokens.isExcused(read.metadata['token']));
    if (!excused) read.breach(refused.message);
    throw refused;
  }
}

/** The workflow that a request is about, if there is one. */
function workflowOf(request: unknown, { workflows }: WoodpeckerContext): KeptWorkflow | undefined {
  const { id, logEntries } = request as Partial<RequestOf<'Extend'> & RequestOf<'Log'>>;
  if (id !== undefined) return workflows.find(id);
  const [first] = logEntries ?? [];
  return first === undefined ? undefined : workflows.findStep(first.step_uuid)?.workflow;
}

/** The answer with what faults put into it. */
function altered(
  response: object,
  { call }: WoodpeckerFaultSubject,
  { faults, workflows }: WoodpeckerContext,
): object {
  if (call === 'Version') {
    const spoken = faults.take({ call, workflow: undefined }, 'speak')?.misbehaviour.version;
    return spoken === undefined ? response : { ...response, grpc_version: spoken };
  }
  const { workflow } = response as ResponseOf<'Next'>;
  if (call !== 'Next' || workflow === undefined) return response;
  const bytes = faults.take({ call, workflow: workflow.id }, 'payload')?.misbehaviour.bytes;
  if (bytes === undefined) return response;
  const kept = workflows.find(workflow.id);
  if (kept !== undefined) kept.disturbed = true;
  return { workflow: { ...workflow, payload: bytes } };
}
