import type { Dispatcher } from 'undici';
import { chooseProxy, type ProxySettings } from './choose-proxy.ts';
import { createTlsIdentity, type TlsIdentity } from './secure-context.ts';
import type { TlsMaterial } from './tls-files.ts';
import { openPool, openProxy } from './undici.ts';

/** Connections that were opened under the same TLS files; each origin has its own. */
export interface Sockets {
  /** Opens nothing before the first request. */
  readonly to: (url: URL) => Promise<Dispatcher>;
  readonly tls: TlsIdentity | undefined;
  /** Lets running requests end, then closes. */
  readonly retire: () => Promise<void>;
  readonly destroy: () => Promise<void>;
}

/** Times are kept by our own clock, per exchange; only making a connection is left to undici. */
const common = {
  // One lost packet or reset must not stall or end the calls of all jobs: no HTTP/2, as in `@millrace/kube`.
  allowH2: false,
  pipelining: 1,
  headersTimeout: 0,
  bodyTimeout: 0,
  keepAliveTimeout: 90_000,
};
const connecting = { timeout: 30_000, keepAlive: true, keepAliveInitialDelay: 30_000 };

/** @param complain - gets a sentence about a TLS file that cannot be used */
export function openSockets(
  material: TlsMaterial,
  proxies: ProxySettings,
  complain: (message: string) => void,
): Sockets {
  const dispatchers = new Map<string, Promise<Dispatcher>>();
  let tls: TlsIdentity | undefined;

  const open = async (url: URL): Promise<Dispatcher> => {
    const secured =
      url.protocol === 'https:'
        ? (tls ??= createTlsIdentity(material, complain)).connectOptions
        : {};
    const proxy = chooseProxy(proxies, url);
    if (proxy === undefined)
      return openPool(url.origin, { ...common, connect: { ...connecting, ...secured } });
    return openProxy({
      ...common,
      uri: proxy.href,
      requestTls: secured,
      connectTimeout: connecting.timeout,
      factory: (origin, options: object) =>
        openPool(String(origin), Object.assign({}, options, common)),
    });
  };

  const onAll = async (end: (dispatcher: Dispatcher) => Promise<void>): Promise<void> => {
    // One that could not be opened has nothing to end.
    await Promise.allSettled([...dispatchers.values()].map(async (each) => end(await each)));
  };

  return {
    to: (url) => {
      const known = dispatchers.get(url.origin);
      if (known !== undefined) return known;
      const opening = open(url);
      dispatchers.set(url.origin, opening);
      // A proxy that cannot be used must be told at each try.
      opening.catch(() => dispatchers.delete(url.origin));
      return opening;
    },
    get tls() {
      return tls;
    },
    retire: () => onAll((dispatcher) => dispatcher.close()),
    destroy: () => onAll((dispatcher) => dispatcher.destroy()),
  };
}
