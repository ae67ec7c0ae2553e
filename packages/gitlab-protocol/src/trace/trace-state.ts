/** All that a new process needs to go on with the upload of a trace. Plain JSON, no secrets. */
export interface TraceState {
  readonly version: 1;
  /** Bytes that need not be sent again, as far as is known; the server corrects it. */
  readonly acknowledged: number;
  /** CRC32 (IEEE) of the first `bytes` bytes. */
  readonly checksum: { readonly bytes: number; readonly crc32: number };
}

/** Nothing sent yet. */
export const newTraceState: TraceState = {
  version: 1,
  acknowledged: 0,
  checksum: { bytes: 0, crc32: 0 },
};

/** Reads a state from a record. What is damaged or of another version counts as new: the server knows what it has. */
export function readTraceState(value: unknown): TraceState {
  if (typeof value !== 'object' || value === null) return newTraceState;
  const { version, acknowledged, checksum } = value as Partial<Record<keyof TraceState, unknown>>;
  const { bytes, crc32 } = (checksum ?? {}) as Readonly<Record<string, unknown>>;
  if (version !== 1 || !isCount(acknowledged) || !isCount(bytes) || !isCount(crc32))
    return newTraceState;
  return { version, acknowledged, checksum: { bytes, crc32 } };
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
