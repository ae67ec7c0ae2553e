import type { IncomingMessage, ServerResponse } from 'node:http';
import type { StatusDocument } from '../contracts.ts';
import { count } from '../store/json.ts';
import { internalError, isApiStatusError } from '../store/status.ts';
import { sendReply, type Reply } from './exchange.ts';
import type { Receive } from './reception.ts';
import { authorize, route } from './router.ts';

/** The answer to an error: its Status, or a 500 that does not give anything away. */
export function errorReply(error: unknown): Reply {
  const { status } = isApiStatusError(error)
    ? error
    : internalError(error instanceof Error ? error.message : String(error));
  const retryAfter = count(status, 'details', 'retryAfterSeconds');
  return {
    code: status.code,
    body: status,
    headers: {
      ...(retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }),
      ...(status.code === 413 ? { Connection: 'close' } : {}),
    },
  };
}

/** Told of errors that no client has caused: defects. */
export type ReportDefect = (error: unknown, request: IncomingMessage) => void;

/** Serves one ordinary request, to the end of its answer. Never rejects. */
export async function serve(
  receive: Receive,
  request: IncomingMessage,
  response: ServerResponse,
  reportDefect: ReportDefect,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  // A write that meets a closed connection is no error of ours; `close` has told everyone.
  response.on('error', () => {});
  request.on('error', () => {});
  try {
    const received = await receive(request, gone.signal);
    if (received.kind === 'intercepted') {
      if (received.action === 'drop') request.socket.destroy();
      else sendReply(response, interceptedReply(received.status, received.retryAfterSeconds));
      return;
    }
    const exchange = { ...received, request, response, signal: gone.signal };
    authorize(exchange);
    const reply = await route(exchange);
    if (received.loseAnswer) request.socket.destroy();
    else if (reply !== undefined) sendReply(response, reply);
  } catch (error) {
    if (!isApiStatusError(error) && !gone.signal.aborted) reportDefect(error, request);
    sendReply(response, errorReply(error));
  } finally {
    // What the handler did not read is thrown away, so that the next request on this connection can be read.
    request.resume();
  }
}

function interceptedReply(status: StatusDocument, retryAfterSeconds: number | undefined): Reply {
  return {
    code: status.code,
    body: status,
    ...(retryAfterSeconds === undefined
      ? {}
      : { headers: { 'Retry-After': String(retryAfterSeconds) } }),
  };
}
