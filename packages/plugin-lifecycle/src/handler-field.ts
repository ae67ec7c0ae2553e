import type { JsonObject } from '@millrace/core';
import type { LifecycleHandler } from './settings.ts';

/** A handler as a container's `lifecycle` has it. */
export function handlerField({ exec, httpGet, tcpSocket }: LifecycleHandler): JsonObject {
  return {
    ...(exec === undefined ? {} : { exec: list('command', exec.command) }),
    ...(httpGet === undefined
      ? {}
      : {
          httpGet: {
            port: httpGet.port,
            ...texts({ host: httpGet.host, path: httpGet.path, scheme: httpGet.scheme }),
            ...list(
              'httpHeaders',
              httpGet.headers.map(({ name, value }) => ({ name, value })),
            ),
          },
        }),
    ...(tcpSocket === undefined
      ? {}
      : { tcpSocket: { port: tcpSocket.port, ...texts({ host: tcpSocket.host }) } }),
  };
}

const texts = (values: Readonly<Record<string, string>>): JsonObject =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));

const list = (key: string, values: readonly (string | JsonObject)[]): JsonObject =>
  values.length === 0 ? {} : { [key]: values };
