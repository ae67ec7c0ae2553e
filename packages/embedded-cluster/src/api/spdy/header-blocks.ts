import { constants, createInflate } from 'node:zlib';
import { headerDictionary, prefixed } from './header-dictionary.ts';

/** Headers of a stream, by name in lower case. */
export type SpdyHeaders = ReadonlyMap<string, string>;

/** Reads header blocks; they share one compression from the first to the last, so their order counts. */
export interface HeaderReader {
  /** @throws Error for a block that is not what the compression expects */
  readonly read: (block: Buffer) => Promise<SpdyHeaders>;
  readonly close: () => void;
}

/** Largest block after decompression; streams of `kubectl` have three short headers. */
const maxBlockBytes = 64 * 1024;

/** Starts the compression of a connection's incoming headers. */
export function createHeaderReader(): HeaderReader {
  const inflate = createInflate({
    dictionary: headerDictionary,
    finishFlush: constants.Z_SYNC_FLUSH,
  });
  let chunks: Buffer[] = [];
  let failure: Error | undefined;
  let failed = (_error: Error): void => {};
  inflate.on('data', (chunk: Buffer) => void chunks.push(chunk));
  inflate.on('error', (error) => {
    failure = error;
    failed(error);
  });
  return {
    read: async (block) => {
      chunks = [];
      await new Promise<void>((resolve, reject) => {
        if (failure !== undefined) {
          reject(failure);
          return;
        }
        failed = reject;
        inflate.write(block);
        inflate.flush(constants.Z_SYNC_FLUSH, () => resolve());
      });
      return parse(Buffer.concat(chunks));
    },
    close: () => inflate.close(),
  };
}

function parse(block: Buffer): SpdyHeaders {
  if (block.length > maxBlockBytes) throw new Error('SPDY: header block too large');
  let at = 0;
  const number = (): number => {
    if (at + 4 > block.length) throw new Error('SPDY: header block too short');
    at += 4;
    return block.readUInt32BE(at - 4);
  };
  const text = (): string => {
    const length = number();
    if (at + length > block.length) throw new Error('SPDY: header block too short');
    at += length;
    return block.toString('latin1', at - length, at);
  };
  const headers = new Map<string, string>();
  for (let left = number(); left > 0; left -= 1) {
    const name = text();
    // Several values are separated by a zero byte; nobody who speaks to us sends several.
    headers.set(name.toLowerCase(), text().split('\0')[0] ?? '');
  }
  return headers;
}

/** An empty piece, by which a reader knows that it has everything that was meant to be read now. */
const flush = Buffer.from([0x00, 0x00, 0x00, 0xff, 0xff]);

/** Start of a zlib stream that names the dictionary by its checksum. */
const zlibStart = Buffer.from([0x78, 0xbb, 0xe3, 0xc6, 0xa7, 0xc2]);

/**
 * Writes header blocks. They are put into the compressed stream as they are: what a server says are a few bytes, and so
 * there is no compressor to wait for.
 */
export function createHeaderWriter(): (headers: SpdyHeaders) => Buffer {
  let started = false;
  return (headers) => {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(headers.size);
    const pairs = [...headers].flatMap(([name, value]) => [prefixed(name), prefixed(value)]);
    const block = Buffer.concat([count, ...pairs]);
    const stored = Buffer.alloc(5);
    stored.writeUInt16LE(block.length, 1);
    stored.writeUInt16LE(~block.length & 0xffff, 3);
    const start = started ? [] : [zlibStart];
    started = true;
    return Buffer.concat([...start, stored, block, flush]);
  };
}
