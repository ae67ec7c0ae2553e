import { spawn } from 'node:child_process';
import { pipeline } from 'node:stream/promises';
import type { Exchange } from '../exchange.ts';

/** Longest head of a CGI answer. */
const longestHead = 64 * 1024;

/** What git's own CGI program needs. */
export interface GitBackendOptions {
  /** Folder with the bare repositories. */
  readonly root: string;
  /** Path below it, as requested. */
  readonly path: string;
  readonly signal: AbortSignal;
}

/** Serves one request of git's smart HTTP protocol with `git http-backend`. */
export async function serveGit(exchange: Exchange, options: GitBackendOptions): Promise<void> {
  const { request, response, headers } = exchange;
  const child = spawn('git', ['http-backend'], {
    signal: options.signal,
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      PATH: process.env['PATH'] ?? '',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_PROJECT_ROOT: options.root,
      GIT_HTTP_EXPORT_ALL: '1',
      REQUEST_METHOD: exchange.method,
      PATH_INFO: options.path,
      QUERY_STRING: exchange.query.toString(),
      CONTENT_TYPE: headers['content-type'] ?? '',
      ...optional('CONTENT_LENGTH', headers['content-length']),
      ...optional('HTTP_CONTENT_ENCODING', headers['content-encoding']),
      ...optional('GIT_PROTOCOL', headers['git-protocol']),
    },
  });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    // A program that cannot be started, or is stopped, answers nothing.
    child.once('error', () => resolve());
  });
  const input = pipeline(request, child.stdin).catch(() => undefined);
  try {
    await passOn(child.stdout, response);
  } catch {
    response.destroy();
  }
  await Promise.all([input, ended]);
}

const optional = (name: string, value: unknown): Readonly<Record<string, string>> =>
  typeof value === 'string' ? { [name]: value } : {};

/** Turns a CGI answer into one of HTTP. */
async function passOn(
  output: NodeJS.ReadableStream,
  response: Exchange['response'],
): Promise<void> {
  let head = Buffer.alloc(0);
  let isHead = true;
  for await (const chunk of output as AsyncIterable<Buffer>) {
    if (!isHead) {
      response.write(chunk);
      continue;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0 && head.length < longestHead) continue;
    isHead = false;
    const { status, headers } = readHead(head.subarray(0, Math.max(end, 0)).toString());
    response.writeHead(status, headers);
    response.write(head.subarray(end + 4));
  }
  if (isHead) response.writeHead(500);
  response.end();
}

function readHead(text: string): {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
} {
  const lines = text.split('\r\n').map((line) => {
    const at = line.indexOf(':');
    return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()] as const;
  });
  const { status = '200', ...headers } = Object.fromEntries(lines);
  return { status: Number.parseInt(status, 10), headers };
}
