const namedEscapes: Readonly<Record<string, string>> = {
  "'": String.raw`\'`,
  '\\': String.raw`\\`,
  '\u0007': String.raw`\a`,
  '\b': String.raw`\b`,
  '\f': String.raw`\f`,
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
  '\v': String.raw`\v`,
};

/** One byte as Go quotes it in these messages. */
export function quotedByte(byte: string): string {
  const code = byte.charCodeAt(0);
  const hidden = code < 0x20 || code === 0x7f;
  const hex = code.toString(16).padStart(2, '0');
  const wide = code >= 0x80 && code <= 0xa0 ? String.raw`\u00${hex}` : byte;
  return `'${namedEscapes[byte] ?? (hidden ? String.raw`\x${hex}` : wide)}'`;
}
