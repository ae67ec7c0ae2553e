import type { Readable } from 'node:stream';
import { RunnerError } from '@millrace/core';

/**
 * Reads a body as text, up to a limit: one absurd answer must not take the process with it.
 * @throws RunnerError `MILLRACE_E_KUBE_RESPONSE_TOO_LARGE`; the connection is closed then
 */
export async function readBody(body: Readable, limit: number, what: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) {
      throw new RunnerError(`${what}: the answer is larger than ${limit} bytes`, {
        code: 'MILLRACE_E_KUBE_RESPONSE_TOO_LARGE',
        kind: 'system',
        reason: 'api_rejected',
        hint: 'Select fewer objects, or raise the limit of the connection.',
        details: { limit },
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size).toString('utf8');
}
