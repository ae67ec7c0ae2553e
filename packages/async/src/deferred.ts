/** A promise together with the functions that settle it. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T | PromiseLike<T>) => void;
  readonly reject: (reason: unknown) => void;
}

/** Makes a promise that is settled from outside. Only the first call of `resolve` or `reject` counts. */
export function deferred<T>(): Deferred<T> {
  return Promise.withResolvers<T>();
}
