/** What a client did against the protocol, in sentences. */
export interface Violations {
  readonly add: (sentence: string) => void;
  readonly all: () => readonly string[];
}

/** Starts with none. */
export function createViolations(): Violations {
  const sentences: string[] = [];
  return { add: (sentence) => void sentences.push(sentence), all: () => [...sentences] };
}
