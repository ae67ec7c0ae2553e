import type { LogTransform } from './log-transform.ts';

/** What a step makes of chunks, with its end, as text of one character a byte or as UTF-8. */
export function pushAll(
  step: Pick<LogTransform<unknown>, 'push' | 'end'>,
  chunks: readonly (string | Uint8Array)[],
  encoding: 'utf8' | 'latin1' = 'utf8',
): string {
  const given = chunks.map((chunk) => Buffer.from(step.push(Buffer.from(chunk))));
  return Buffer.concat([...given, step.end()]).toString(encoding);
}

/** Each byte as a chunk. */
export function bytewise(text: string): readonly Uint8Array[] {
  return Array.from(Buffer.from(text), (byte) => Uint8Array.of(byte));
}
