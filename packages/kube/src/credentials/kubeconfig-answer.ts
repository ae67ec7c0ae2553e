import type { ConnectionFacts } from './connection-facts.ts';

/** What the credential child writes on its pipe. */
export type ChildAnswer =
  | { readonly facts: ConnectionFacts }
  | {
      readonly failure: { readonly file: string; readonly message: string; readonly hint: string };
    };
