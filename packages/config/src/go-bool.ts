const literals: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'TRUE', 'true', 'True'].map((text) => [text, true] as const),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map((text) => [text, false] as const),
]);

/** Reads a boolean as Go's `strconv.ParseBool` does; `undefined` for anything else (`yes`, `on`, ` true`, `tRUE`). */
export const parseGoBool = (text: string): boolean | undefined => literals.get(text);
