/** A signal for work that nothing may end but time limits of its own. */
export const unending = (): AbortSignal => new AbortController().signal;
