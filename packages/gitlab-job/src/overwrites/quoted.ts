/** A text in double quotes with the escapes of Go's `%q`, as far as JSON's are the same. */
export const quoted = (text: string): string => JSON.stringify(text);
