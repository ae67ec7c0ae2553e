import { BlockList, isIP } from 'node:net';
import { RunnerError } from '@millrace/core';

/** Proxies as the environment names them; read by the composition root, never here. */
export interface ProxySettings {
  /** `HTTP_PROXY`: for `http://` servers. */
  readonly http?: string;
  /** `HTTPS_PROXY`: for `https://` servers. */
  readonly https?: string;
  /** `NO_PROXY`: hosts, `.domains`, addresses and CIDR ranges, separated by commas, or `*`. */
  readonly except?: string;
}

/**
 * The proxy for a URL, by Go's rules: `localhost` and loopback addresses are always reached directly, a name in
 * `except` also means its subdomains, `.name` and `*.name` only those, and a port restricts an entry to it.
 * @throws RunnerError `MILLRACE_E_GITLAB_PROXY` when the address of the proxy cannot be used
 */
export function chooseProxy(settings: ProxySettings, target: URL): URL | undefined {
  const secure = target.protocol === 'https:';
  const written = secure ? settings.https : settings.http;
  if (written === undefined || written.trim() === '') return undefined;
  const host = hostOf(target);
  if (host === 'localhost' || isLoopback(host)) return undefined;
  const port = target.port === '' ? (secure ? '443' : '80') : target.port;
  const excepted = (settings.except ?? '').split(',').some((entry) => covers(entry, host, port));
  return excepted ? undefined : parseProxy(written.trim(), secure ? 'HTTPS_PROXY' : 'HTTP_PROXY');
}

const hostOf = (url: URL): string =>
  url.hostname
    .replaceAll(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();

const isLoopback = (host: string): boolean => host === '::1' || /^127(\.\d+){3}$/.test(host);

function covers(entry: string, host: string, port: string): boolean {
  const pattern = entry.trim().toLowerCase();
  if (pattern === '') return false;
  if (pattern === '*') return true;
  if (pattern.includes('/')) return isIP(host) !== 0 && inRange(pattern, host);
  const { name, only } = splitPort(pattern);
  if (only !== undefined && only !== port) return false;
  if (isIP(name) !== 0) return name === host;
  const domain = name.replace(/^\*?\./, '');
  return (domain === name && host === domain) || host.endsWith(`.${domain}`);
}

function inRange(range: string, host: string): boolean {
  const [network = '', prefix = ''] = range.split('/');
  const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(network) === 0 || !/^\d+$/.test(prefix)) return false;
  if (Number(prefix) > (family === 'ipv6' ? 128 : 32)) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), family);
  return list.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4');
}

function splitPort(pattern: string): { readonly name: string; readonly only?: string } {
  if (isIP(pattern) !== 0) return { name: pattern };
  const [, bracketed, plain, only] = /^(?:\[(.+)\]|([^:]*))(?::(\d+))?$/.exec(pattern) ?? [];
  const name = bracketed ?? plain ?? pattern;
  return only === undefined ? { name } : { name, only };
}

function parseProxy(written: string, variable: string): URL {
  const text = written.includes('://') ? written : `http://${written}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  // The address is not shown, for it may hold a password.
  throw new RunnerError(`${variable} is not the address of an HTTP proxy`, {
    code: 'MILLRACE_E_GITLAB_PROXY',
    kind: 'config',
    hint: `Write ${variable} as http://host:port; SOCKS proxies are not supported.`,
    details: { variable, processed: false },
  });
}
