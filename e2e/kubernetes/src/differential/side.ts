import { setTimeout as pause } from 'node:timers/promises';
import type { JsonValue } from '@millrace/core';
import { rawRequest, type ClusterHandle, type RawRequest } from '@millrace/testkit';
import { openFrames, type Conversation, type Frames } from './frames.ts';

/** A request of a case. A path that does not begin with `/` is one of the core group in the case's namespace. */
export interface Ask {
  /** `GET` if left out. */
  readonly method?: string;
  /** With its query; `{namespace}` stands for the namespace, here and in the body. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** A watch that is left after so many events, however long they take. */
  readonly events?: number;
  /** Who asks: the administrator if left out, nobody if empty, otherwise the bearer of this token. */
  readonly token?: string;
}

/** An answer as it is compared. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonValue;
}

/** One of the two clusters, as a case sees it. */
export interface Side {
  readonly handle: ClusterHandle;
  readonly namespace: string;
  /** Asks, and notes the answer for the comparison. */
  readonly ask: (ask: Ask) => Promise<Answer>;
  /** Asks without noting the answer. */
  readonly prepare: (ask: Ask) => Promise<Answer>;
  /** Asks until the answer is as wished; notes nothing. */
  readonly until: (ask: Ask, wished: (answer: Answer) => boolean) => Promise<Answer>;
  /** Opens a WebSocket, talks, and notes what came. */
  readonly talk: (path: string, conversation: Conversation) => Promise<Frames>;
  /** Notes something that a case has found out by itself. */
  readonly note: (seen: JsonValue) => void;
  /** What was noted, in order. */
  readonly noted: readonly JsonValue[];
}

/** Headers that are part of the answer. */
const comparedHeaders = ['content-type', 'warning', 'retry-after', 'allow', 'location'];
const step = 50;

/** Opens one side of a case. */
export function openSide(handle: ClusterHandle, namespace: string, signal: AbortSignal): Side {
  const noted: JsonValue[] = [];
  const address = (token: string | undefined) => ({
    server: handle.server,
    certificateAuthority: handle.certificateAuthority,
    ...(token === '' ? {} : { token: token ?? handle.adminToken }),
  });
  const prepare = async (ask: Ask): Promise<Answer> => {
    const { status, headers, text } = await rawRequest(
      address(ask.token),
      toRequest(ask, namespace),
      { signal },
    );
    return {
      status,
      headers: Object.fromEntries(
        comparedHeaders
          .filter((name) => headers[name] !== undefined)
          .map((name) => [name, String(headers[name])]),
      ),
      body: parsed(text),
    };
  };
  return {
    handle,
    namespace,
    noted,
    prepare,
    ask: async (ask) => {
      const answer = await prepare(ask);
      noted.push({ ...answer });
      return answer;
    },
    until: async (ask, wished) => {
      for (;;) {
        const answer = await prepare(ask);
        if (wished(answer)) return answer;
        await pause(step, undefined, { signal });
      }
    },
    talk: async (path, conversation) => {
      const frames = await openFrames(
        address(undefined),
        absolute(path, namespace),
        conversation,
        signal,
      );
      noted.push({ ...frames });
      return frames;
    },
    note: (seen) => void noted.push(seen),
  };
}

const absolute = (path: string, namespace: string): string =>
  (path.startsWith('/') ? path : `/api/v1/namespaces/{namespace}/${path}`).replaceAll(
    '{namespace}',
    namespace,
  );

function toRequest(
  { method = 'GET', path, headers, body, events }: Ask,
  namespace: string,
): RawRequest {
  const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
  return {
    method,
    path: absolute(path, namespace),
    ...(events === undefined ? {} : { lines: events }),
    ...(headers === undefined
      ? {}
      : {
          headers: Object.fromEntries(
            Object.entries(headers).map(([name, value]) => [
              name,
              value.replaceAll('{namespace}', namespace),
            ]),
          ),
        }),
    ...(text === undefined ? {} : { body: text.replaceAll('{namespace}', namespace) }),
  };
}

/** JSON as it is, lines of JSON (a watch) as a list, anything else as text. */
function parsed(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    const lines = text.trimEnd().split('\n');
    try {
      return lines.map((line) => JSON.parse(line) as JsonValue);
    } catch {
      return text;
    }
  }
}
