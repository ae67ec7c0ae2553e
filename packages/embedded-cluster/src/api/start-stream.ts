import type { OpenStream } from './interceptor.ts';
import type { ResourceExchange } from './exchange.ts';
import { requestEntry } from './request-entry.ts';

/**
 * Opens a chunked answer of unknown length and registers it.
 * @param ended - called once, however it ends
 * @param finish - ends it in order; plain `end` by default
 */
export function startStream(
  exchange: ResourceExchange,
  kind: OpenStream['kind'],
  contentType: string,
  ended: () => void,
  finish?: () => void,
): void {
  const { response, context } = exchange;
  response.writeHead(200, { 'Content-Type': contentType, 'Cache-Control': 'no-cache, private' });
  response.flushHeaders();
  const socket = response.socket;
  if (socket === null) {
    response.once('close', ended);
    return;
  }
  const close = context.streams.open({
    kind,
    request: requestEntry(exchange),
    socket,
    finish: finish ?? (() => response.end()),
  });
  response.once('close', () => {
    close();
    ended();
  });
}
