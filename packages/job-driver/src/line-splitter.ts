/** Longest line kept; what is longer is cut, since control lines are short and anything else is noise. */
const longestLine = 16_384;

/** Turns bytes into lines without their line feeds; an unfinished last line stays inside. */
export function createLineSplitter(onLine: (line: string) => void): (bytes: Uint8Array) => void {
  const decoder = new TextDecoder();
  let rest = '';
  return (bytes) => {
    const parts = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = (parts.pop() ?? '').slice(0, longestLine);
    for (const line of parts) onLine(line);
  };
}
