import type { Clock } from '@millrace/core';
import type { WebSocket } from 'ws';

/**
 * Pings, so that proxies do not cut a silent step and a dead connection is noticed. Anything heard counts as an answer.
 * While the socket is paused no answer could be read, so none is asked for.
 * @param onDead - called once
 */
export function keepAlive(
  socket: WebSocket,
  clock: Clock,
  times: { readonly execPing: number; readonly execPong: number },
  onDead: () => void,
): { readonly stop: () => void } {
  let cancel = (): void => undefined;
  let stopped = false;
  const rest = (): void => {
    cancel();
    if (!stopped && times.execPing > 0) cancel = clock.after(times.execPing, ask);
  };
  const ask = (): void => {
    if (socket.isPaused || socket.readyState !== socket.OPEN) {
      rest();
      return;
    }
    socket.ping();
    cancel = clock.after(times.execPong, () => (socket.isPaused ? rest() : onDead()));
  };
  socket.on('pong', rest);
  socket.on('message', rest);
  rest();
  return {
    stop: () => {
      stopped = true;
      cancel();
    },
  };
}
