import type { Socket } from 'node:net';
import type { Clock } from '@millrace/core';

/** How long a silent stream is kept open after its process has ended. */
const drainLimit = 1000;

/** The stream's chunks; a stream that was given up ends like any other. */
export async function* readChunks(socket: Socket): AsyncGenerator<Uint8Array, void> {
  try {
    for await (const chunk of socket) yield chunk as Uint8Array;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'))
      throw error;
  }
}

/**
 * Called when the process has ended. Something it left behind may hold the stream open for ever, so a stream that stays
 * silent is closed; one whose reader is behind is not, however long it takes.
 */
export function closeWhenSilent(socket: Socket, clock: Clock): void {
  const check = (seen: number): void => {
    const cancel = clock.after(drainLimit, () => {
      socket.off('close', cancel);
      if (socket.bytesRead === seen && socket.readableLength === 0) socket.destroy();
      else check(socket.bytesRead);
    });
    socket.once('close', cancel);
  };
  if (!socket.closed) check(socket.bytesRead);
}
