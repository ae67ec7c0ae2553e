/**
 * One step of a job log: bytes in, bytes out. What it holds back or remembers between two chunks is its state, plain
 * JSON, so that another process can go on where this one stopped.
 */
export interface LogTransform<State> {
  /**
   * Takes bytes and gives those that are decided.
   * @returns bytes that may share memory with the chunk: use them before the chunk is overwritten
   */
  readonly push: (chunk: Uint8Array) => Uint8Array;
  /** Gives what is held back, as it must be when nothing follows, and is as new afterwards. */
  readonly end: () => Uint8Array;
  /** Whether it is as new: nothing held back, nothing remembered. */
  readonly idle: () => boolean;
  /** What {@link LogTransform.idle} asks about. */
  readonly state: () => State;
}

/** Bytes in a state. */
export function bytesToText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** Bytes of a state; none when it has none. */
export function bytesOfText(text: string | undefined): Uint8Array {
  return Buffer.from(text ?? '', 'base64');
}
