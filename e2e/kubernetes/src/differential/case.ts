import type { JsonValue } from '@millrace/core';
import type { Ask, Side } from './side.ts';

/** Something that is asked of both clusters. */
export interface Case {
  /** The case as a sentence; unique, for known differences are told by it. */
  readonly says: string;
  readonly run: (side: Side) => Promise<void>;
}

/** Cases that share a namespace on each side. */
export interface Topic {
  readonly name: string;
  /** What is to be there before the first case. */
  readonly before?: (side: Side) => Promise<void>;
  readonly cases: readonly Case[];
}

/** A case of one request, or of several in order. */
export const asks = (says: string, ...requests: readonly Ask[]): Case => ({
  says,
  run: async (side) => {
    for (const request of requests) await side.ask(request);
  },
});

/** The same after requests whose answers do not matter. */
export const asksAfter = (
  says: string,
  preparations: readonly Ask[],
  ...requests: readonly Ask[]
): Case => ({
  says,
  run: async (side) => {
    for (const request of preparations) await side.prepare(request);
    for (const request of requests) await side.ask(request);
  },
});

/** POST of an object. */
export const post = (path: string, body: JsonValue | string): Ask => ({
  method: 'POST',
  path,
  body,
});

/** PUT of an object. */
export const put = (path: string, body: JsonValue | string): Ask => ({ method: 'PUT', path, body });

/** DELETE, with options if they are given. */
export const remove = (path: string, options?: JsonValue): Ask => ({
  method: 'DELETE',
  path,
  ...(options === undefined ? {} : { body: options }),
});

const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const;

/** PATCH of one of the three types. */
export const patch = (
  type: keyof typeof patchTypes,
  path: string,
  body: JsonValue | string,
): Ask => ({
  method: 'PATCH',
  path,
  body,
  headers: { 'content-type': patchTypes[type] },
});
