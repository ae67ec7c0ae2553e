import type { Socket } from 'node:net';
import type { RequestEntry } from '../contracts.ts';
import type { OpenStream, RequestInterceptor } from './interceptor.ts';

/** What a stream's owner knows of it. */
export interface StreamOwner {
  readonly kind: OpenStream['kind'];
  readonly request: RequestEntry;
  readonly socket: Socket;
  /** Ends the stream in order. */
  readonly finish: () => void;
}

/** All open watches, logs and upgraded connections of one server. */
export interface StreamRegistry {
  /** Registers a stream until its socket closes or the returned function is called. */
  readonly open: (owner: StreamOwner) => () => void;
  /** Ends them all in order. */
  readonly finishAll: () => void;
}

/**
 * @param interceptor - told of every stream
 * @param transportOf - the TCP socket below a TLS one; only that can be reset
 */
export function createStreamRegistry(
  interceptor: RequestInterceptor,
  transportOf: (socket: Socket) => Socket,
): StreamRegistry {
  const owners = new Set<StreamOwner>();
  const open = (owner: StreamOwner): (() => void) => {
    owners.add(owner);
    const ended = interceptor.opened?.({
      kind: owner.kind,
      request: owner.request,
      cut: (how) => cut(owner, how, transportOf),
      stall: () => owner.socket.cork(),
    });
    const close = (): void => {
      owner.socket.off('close', close);
      if (owners.delete(owner)) ended?.();
    };
    owner.socket.on('close', close);
    return close;
  };
  return {
    open,
    finishAll: () => {
      for (const owner of owners) owner.finish();
    },
  };
}

function cut(
  owner: StreamOwner,
  how: 'finish' | 'close' | 'reset',
  transportOf: (socket: Socket) => Socket,
): void {
  if (how === 'finish') owner.finish();
  else if (how === 'reset') transportOf(owner.socket).resetAndDestroy();
  else owner.socket.destroy();
}
