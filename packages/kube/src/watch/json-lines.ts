import { RunnerError } from '@millrace/core';

/** Longest line accepted; objects end at about 1.5 MiB in etcd. */
const longestLine = 16 * 2 ** 20;

const newline = 0x0a;

/**
 * The JSON documents of a byte stream with one per line, wherever the chunks are cut.
 * @param onBytes - called for every chunk, whole lines or not
 * @throws RunnerError `MILLRACE_E_KUBE_BAD_ANSWER` for a line that is not JSON, or never ends: a line that is passed
 *   over in silence is a change nobody sees
 */
export async function* jsonLines(
  chunks: AsyncIterable<Uint8Array>,
  onBytes: () => void,
): AsyncGenerator {
  let parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    onBytes();
    let start = 0;
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, start)) {
      const line = Buffer.concat([...parts, chunk.subarray(start, at)]).toString('utf8');
      start = at + 1;
      parts = [];
      size = 0;
      if (line.trim() !== '') yield parseLine(line);
    }
    if (start === chunk.length) continue;
    parts.push(chunk.subarray(start));
    size += chunk.length - start;
    if (size > longestLine) throw badLine(`a line is longer than ${longestLine} bytes`);
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw badLine('a line is not JSON');
  }
}

function badLine(what: string): RunnerError {
  return new RunnerError(`watch: ${what}`, {
    code: 'MILLRACE_E_KUBE_BAD_ANSWER',
    kind: 'system',
    reason: 'api_rejected',
    retry: 'operation',
    hint: 'Something between here and the API server changes what it sends.',
  });
}
