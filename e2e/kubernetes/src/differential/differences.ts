import { isDeepStrictEqual } from 'node:util';
import type { JsonObject, JsonValue } from '@millrace/core';

/** A place where two answers differ. */
export interface Difference {
  /** `/0/body/message`: the number of the answer, then the way into it. */
  readonly path: string;
  /** Undefined where one side has nothing. */
  readonly embedded: JsonValue | undefined;
  readonly real: JsonValue | undefined;
}

/** Every smallest place where two values differ. */
export function differences(
  embedded: JsonValue | undefined,
  real: JsonValue | undefined,
  path = '',
): readonly Difference[] {
  if (isDeepStrictEqual(embedded, real)) return [];
  if (!isTree(embedded) || !isTree(real) || Array.isArray(embedded) !== Array.isArray(real))
    return [{ path, embedded, real }];
  const keys = new Set([...Object.keys(embedded), ...Object.keys(real)]);
  return [...keys].flatMap((key) =>
    differences(embedded[key], real[key], `${path}/${key.replaceAll('/', '~1')}`),
  );
}

/** Lists too, by index. */
const isTree = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null;

/** A difference as a reader of a failed test wants it. */
export const tell = ({ path, embedded, real }: Difference): string =>
  `${path}\n    embedded: ${JSON.stringify(embedded)}\n    real:     ${JSON.stringify(real)}`;
