import type { JsonObject, JsonValue } from '@millrace/core';
import type { Fixture } from './fixture.test.helpers.ts';

/** One line of a watch. */
export interface WatchLine {
  readonly type: string;
  readonly object: JsonObject;
}

/** An open watch, read line by line. */
export interface WatchClient {
  readonly code: number;
  /** The next event; undefined at the end. */
  readonly next: () => Promise<WatchLine | undefined>;
  readonly close: () => void;
}

/** Opens a watch as the administrator. */
export async function openWatch(
  cluster: Fixture,
  path: string,
  accept = 'application/json',
): Promise<WatchClient> {
  const aborter = new AbortController();
  const response = await fetch(`${cluster.server.url}${path}`, {
    headers: { authorization: 'Bearer admin', accept },
    signal: aborter.signal,
  });
  const lines = linesOf(response.body as AsyncIterable<Uint8Array>);
  return {
    code: response.status,
    close: () => aborter.abort(),
    next: async () => {
      const { value } = await lines.next();
      return value;
    },
  };
}

async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<WatchLine, undefined> {
  let rest = '';
  for await (const chunk of body) {
    const parts = (rest + Buffer.from(chunk).toString()).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) yield JSON.parse(part) as WatchLine;
  }
  return undefined;
}

/** `ADDED a`. */
export function briefly(line: WatchLine | undefined): string {
  if (line === undefined) return 'end';
  const metadata = line.object['metadata'] as { name?: JsonValue } | undefined;
  return `${line.type} ${typeof metadata?.name === 'string' ? metadata.name : ''}`.trim();
}
