import type { Duplex } from 'node:stream';
import { createAsyncQueue, type AsyncQueue } from '@millrace/async';
import {
  createFrameReader,
  dataFrame,
  goAwayFrame,
  pingFrame,
  replyFrame,
  resetFrame,
  resetReason,
  type SpdyFrame,
} from './frames.ts';
import { createHeaderReader, createHeaderWriter, type SpdyHeaders } from './header-blocks.ts';
import { createSlowWriter } from './write-slowly.ts';

/** One stream that the client has opened. */
export interface SpdyStream {
  readonly id: number;
  readonly headers: SpdyHeaders;
  /** What the client sends, to its end. Reading slowly slows the whole connection down. */
  readonly data: AsyncIterable<Uint8Array>;
  /** Resolves when the connection takes more. Nothing happens once the stream or the connection is over. */
  readonly write: (data: Uint8Array) => Promise<void>;
  /** Says that nothing more comes from here. */
  readonly end: () => void;
  /** Ends the stream at once, in both directions. */
  readonly reset: () => void;
  /** Aborts when the client has ended the stream at once, or the connection is over. */
  readonly gone: AbortSignal;
}

/** A connection on which the client opens streams. */
export interface SpdyConnection {
  /** Resolves when it is over, whoever ended it. */
  readonly ended: Promise<void>;
  /** Says goodbye and ends it when everything is sent. */
  readonly finish: () => void;
}

interface OpenStream {
  readonly incoming: AsyncQueue<Uint8Array>;
  readonly gone: AbortController;
  ended: boolean;
}

/** Pieces of one stream that wait to be read before the connection is read no further. */
const backlog = 64;

/**
 * Serves SPDY/3 as Kubernetes' clients speak it, over a connection or over what is tunnelled in a WebSocket.
 * @param opened - told of each stream; what it throws refuses the stream
 */
export function serveSpdy(duplex: Duplex, opened: (stream: SpdyStream) => void): SpdyConnection {
  const streams = new Map<number, OpenStream>();
  const headerReader = createHeaderReader();
  const writeHeaders = createHeaderWriter();
  let last = 0;

  const send = createSlowWriter(duplex);
  const forget = (id: number, stream: OpenStream): void => {
    streams.delete(id);
    stream.incoming.end();
    stream.gone.abort();
  };
  const open = (id: number, headers: SpdyHeaders, fin: boolean): void => {
    const stream: OpenStream = {
      incoming: createAsyncQueue<Uint8Array>({ limit: backlog }),
      gone: new AbortController(),
      ended: false,
    };
    streams.set(id, stream);
    if (fin) stream.incoming.end();
    const over = (): boolean => streams.get(id) !== stream || stream.ended;
    const reset = (reason: number): void => {
      if (streams.get(id) !== stream) return;
      forget(id, stream);
      void send(resetFrame(id, reason));
    };
    try {
      opened({
        id,
        headers,
        data: stream.incoming,
        write: async (data) => {
          if (!over() && data.length > 0) await send(dataFrame(id, data, false));
        },
        end: () => {
          if (over()) return;
          stream.ended = true;
          void send(dataFrame(id, new Uint8Array(), true));
        },
        reset: () => reset(resetReason.internalError),
        gone: stream.gone.signal,
      });
      void send(replyFrame(id, writeHeaders(new Map())));
    } catch {
      reset(resetReason.protocolError);
    }
  };
  const take = async (frame: SpdyFrame): Promise<void> => {
    switch (frame.type) {
      case 'syn':
        // Headers are read even of a stream that is refused: their compression goes on.
        open(frame.stream, await headerReader.read(frame.headers), frame.fin);
        last = frame.stream;
        return;
      case 'headers':
        await headerReader.read(frame.headers);
        return;
      case 'data': {
        const stream = streams.get(frame.stream);
        if (stream === undefined) return;
        if (frame.data.length > 0) await stream.incoming.push(frame.data);
        if (frame.fin) stream.incoming.end();
        return;
      }
      case 'reset': {
        const stream = streams.get(frame.stream);
        if (stream !== undefined) forget(frame.stream, stream);
        return;
      }
      case 'ping':
        await send(pingFrame(frame.id));
        return;
      case 'go-away':
      case 'other':
        return;
    }
  };
  const run = async (): Promise<void> => {
    const readFrames = createFrameReader();
    try {
      for await (const chunk of duplex as AsyncIterable<Buffer>)
        for (const frame of readFrames(chunk)) await take(frame);
    } catch {
      // A connection that breaks, or speaks something else, is over; those who have streams hear of that.
    } finally {
      duplex.destroy();
      headerReader.close();
      for (const [id, stream] of streams) forget(id, stream);
    }
  };
  return {
    ended: run(),
    finish: () => {
      if (!duplex.writable) return;
      void send(goAwayFrame(last));
      duplex.end();
    },
  };
}
