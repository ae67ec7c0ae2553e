import { deferred, type Deferred } from '@millrace/async';

/** Takes log bytes in order; `offset` is the place of the first one in the log file. */
export type LogSink = (bytes: Uint8Array, offset: number) => void | Promise<void>;

/** Hands log bytes to whoever wants them now, and keeps what comes while nobody does. */
export interface LogRouter {
  /** The byte after the last one that was taken. */
  readonly received: () => number;
  /** The byte after the last one that a sink has finished with. */
  readonly delivered: () => number;
  /** Resolves when more may come: the sink is done, or there is room to keep. */
  readonly take: (bytes: Uint8Array) => Promise<void>;
  /**
   * Sends everything from now on, what was kept first, to `sink`, up to the byte that `end` names. The function returned
   * ends that.
   */
  readonly attach: (
    sink: LogSink,
    onFailure: (error: unknown) => void,
    end?: () => number,
  ) => () => void;
  /** Keeps without limit until told otherwise, for one who must get past the log bytes to what follows them. */
  readonly lift: () => () => void;
}

interface Attached {
  readonly sink: LogSink;
  readonly fail: (error: unknown) => void;
  readonly end: () => number;
}

const unlimited = (): number => Number.POSITIVE_INFINITY;

/** Between stages only a stage's background processes write; then the pod has to wait. */
const keptLimit = 1 << 20;

/**
 * @param offset - log offset of the first byte to come
 * @param onDelivered - called whenever {@link LogRouter.delivered} has moved
 */
export function createLogRouter(offset: number, onDelivered: () => void): LogRouter {
  let received = offset;
  let delivered = offset;
  const kept: Uint8Array[] = [];
  let current: Attached | undefined;
  let room: Deferred<void> = deferred();
  let lifted = 0;
  let turn: Promise<void> = Promise.resolve();

  const wake = (): void => {
    room.resolve();
    room = deferred();
  };
  const deliver = async (): Promise<void> => {
    while (current !== undefined) {
      const [bytes] = kept;
      if (bytes === undefined) return;
      const { sink, fail, end } = current;
      const wanted = bytes.subarray(0, Math.max(0, end() - delivered));
      if (wanted.length === 0) return;
      try {
        await sink(wanted, delivered);
        if (wanted.length === bytes.length) kept.shift();
        else kept[0] = bytes.subarray(wanted.length);
        delivered += wanted.length;
        onDelivered();
      } catch (error) {
        // Not taken: it stays for the next sink.
        current = undefined;
        fail(error);
      }
    }
  };
  const inTurn = (): Promise<void> => (turn = turn.then(deliver));
  return {
    received: () => received,
    delivered: () => delivered,
    take: async (bytes) => {
      kept.push(bytes);
      received += bytes.length;
      await inTurn();
      while (current === undefined && lifted === 0 && received - delivered > keptLimit)
        await room.promise;
      await inTurn();
    },
    attach: (sink, fail, end = unlimited) => {
      const mine: Attached = { sink, fail, end };
      current = mine;
      void inTurn();
      wake();
      return () => {
        if (current === mine) current = undefined;
      };
    },
    lift: () => {
      lifted += 1;
      wake();
      return () => {
        lifted -= 1;
      };
    },
  };
}
