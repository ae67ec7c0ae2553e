import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { RunnerError } from '@millrace/core';

const unixScheme = 'unix://';

/**
 * What gRPC is given as its target: `host:port` as it is, the path of `unix://` made absolute.
 * @throws RunnerError `MILLRACE_E_WOODPECKER_ADDRESS` when the socket is not there
 */
export function serverAddress(server: string): string {
  if (!server.startsWith(unixScheme)) return server;
  const path = server.slice(unixScheme.length);
  const absolute = isAbsolute(path) ? path : resolve(path);
  if (!existsSync(absolute))
    throw new RunnerError(`can not connect to unix socket, "${absolute}" not exist`, {
      code: 'MILLRACE_E_WOODPECKER_ADDRESS',
      kind: 'config',
      hint: 'correct the address, or start the server first',
    });
  return `unix:${absolute}`;
}
