import type { ApiCall } from '../calls/send-call.ts';
import type { StreamedBody } from '../transport/transport.ts';

/**
 * A call whose JSON object has one more member: a text that never lies in memory as a whole.
 * @param call - with an object in bytes as its body
 * @param text - as the inside of a JSON string: escaped, without quotes
 */
export function insertText(call: ApiCall, name: string, text: StreamedBody): ApiCall {
  const { body } = call.request;
  if (!(body instanceof Uint8Array)) return call;
  const before = Buffer.concat([body.subarray(0, -1), Buffer.from(`,${JSON.stringify(name)}:"`)]);
  const after = Buffer.from('"}');
  const streamed: StreamedBody = {
    length: before.length + text.length + after.length,
    open: async function* () {
      yield before;
      yield* text.open();
      yield after;
    },
  };
  return { ...call, request: { ...call.request, body: streamed } };
}
