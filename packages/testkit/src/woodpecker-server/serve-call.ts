import { CallRefusal } from './call-refusal.ts';
import { messagesOf } from './calls.ts';
import { ownMetadata } from './check-metadata.ts';
import type { IncomingCall } from './grpc-front.ts';
import { handleCall, type CallEnd } from './handle-call.ts';
import type { WoodpeckerContext } from './server-context.ts';
import { readMessage } from './wire/read-message.ts';
import type { SeenAgentCall } from './woodpecker-server.ts';

/** Reads a call, carries it out, and takes notes; never rejects. */
export async function serveCall(
  { call, bytes, metadata, signal }: IncomingCall,
  context: WoodpeckerContext,
  seen: (noted: SeenAgentCall) => void,
): Promise<CallEnd> {
  const breach = (sentence: string): void => context.violations.add(`${call}: ${sentence}`);
  const own = ownMetadata(metadata);
  const noted: { -readonly [Key in keyof SeenAgentCall]: SeenAgentCall[Key] } = {
    name: call,
    metadata: own,
    request: undefined,
    outcome: undefined,
  };
  seen(noted);
  let end: CallEnd;
  try {
    noted.request = readMessage(messagesOf[call].request, bytes, breach);
    end = await handleCall(
      { call, request: noted.request, metadata: own, signal, breach },
      context,
    );
  } catch (thrown) {
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    if (!(thrown instanceof CallRefusal)) breach(text);
    end = { status: thrown instanceof CallRefusal ? thrown.status : 'INTERNAL', text };
  }
  noted.outcome = end === undefined ? 'reset' : 'status' in end ? end.status : 'OK';
  return end;
}
