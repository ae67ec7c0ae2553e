/** What every call is given last. */
export interface Cancellable {
  /** Ends the call, which then rejects with the signal's reason. */
  readonly signal: AbortSignal;
}
