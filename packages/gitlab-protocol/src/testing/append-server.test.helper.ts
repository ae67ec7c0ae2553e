import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { startServer, type LocalServer } from './local-servers.test.helper.ts';

/** What came to a server that appends: its kind and its body. */
export interface AppendedCall {
  readonly kind: 'patch' | 'put';
  readonly body: string;
}

/** A server as AlloyCI is: it appends whatever comes, and keeps the log of the last update. */
export interface AppendServer extends LocalServer {
  readonly calls: AppendedCall[];
  /** What a user sees while the job runs. */
  readonly live: () => string;
  /** What a user sees afterwards. */
  readonly kept: () => string | undefined;
  /** `Job-Status` of its answers. */
  jobStatus: string;
  /** Taken for the next request: a status to answer without doing anything, or `lose` to do it and cut the connection. */
  readonly faults: (number | 'lose')[];
}

/** Facts of AlloyCI's server: no ranges, a constant `Range`, a newline before each piece, 500 for what it does not like. */
export async function startAppendServer(): Promise<AppendServer> {
  const calls: AppendedCall[] = [];
  const faults: (number | 'lose')[] = [];
  let live = '';
  let kept: string | undefined;
  const state = { jobStatus: 'running' };

  const carryOut = (request: IncomingMessage, body: string): number => {
    if (request.method === 'PATCH') {
      calls.push({ kind: 'patch', body });
      if (request.headers['job-token'] === undefined || body.length > 8_000_000) return 500;
      if (body !== '') live += `\n${body}`;
      return 202;
    }
    calls.push({ kind: 'put', body });
    const update = JSON.parse(body) as { readonly state?: string; readonly trace?: string };
    if (!['running', 'success', 'failed'].includes(update.state ?? '')) return 500;
    kept = update.trace ?? kept;
    return 200;
  };
  const respond = (response: ServerResponse, status: number): void => {
    const headers = status === 202 ? { 'job-status': state.jobStatus, range: '0-100' } : {};
    response.writeHead(status, headers).end();
  };
  const server = await startServer((request, response) => {
    void buffer(request).then((bytes) => {
      const fault = faults.shift();
      if (typeof fault === 'number') {
        respond(response, fault);
        return;
      }
      const status = carryOut(request, bytes.toString());
      if (fault === 'lose') request.socket.resetAndDestroy();
      else respond(response, status);
    });
  });
  return {
    ...server,
    calls,
    faults,
    live: () => live,
    kept: () => kept,
    get jobStatus() {
      return state.jobStatus;
    },
    set jobStatus(status) {
      state.jobStatus = status;
    },
  };
}
