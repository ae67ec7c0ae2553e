import { Buffer } from 'node:buffer';
import type { JsonObject, JsonValue } from '@millrace/core';
import { decodeGoJson } from './go-json.ts';
import type { RegistryLogin } from './registry-login.ts';

/** The logins of a Docker configuration, or why none of it can be used. */
export type DockerConfig =
  | { readonly logins: readonly RegistryLogin[] }
  | { readonly fault: string };

/**
 * Reads the text of a Docker configuration, `{"auths": {"registry.example.com": {"auth": "…"}}}`.
 * @param programs - names of the credential helpers that are installed; none is ever run
 */
export function readDockerConfig(text: string, programs: ReadonlySet<string>): DockerConfig {
  const decoded = decodeGoJson(text);
  if ('fault' in decoded) return decoded;
  const root = decoded.value ?? {};
  if (!isObject(root)) return { fault: mismatch(root, 'value of type configfile.ConfigFile') };
  const auths = root['auths'] ?? {};
  if (!isObject(auths))
    return {
      fault: mismatch(auths, 'struct field ConfigFile.auths of type map[string]types.AuthConfig'),
    };
  if (root['auths'] === undefined && Object.values(root).some(isOldEntry))
    return { fault: 'the old layout of .dockercfg is not read: put its entries into "auths"' };
  const logins: RegistryLogin[] = [];
  for (const [address, entry] of Object.entries(auths).toSorted(([left], [right]) =>
    left < right ? -1 : 1,
  )) {
    const login = readEntry(address, isObject(entry) ? entry : {});
    if ('fault' in login) return login;
    logins.push(login);
  }
  const fault = helperFault(root, programs);
  return fault === undefined ? { logins } : { fault };
}

/** A job chooses what its configuration names, so the runner's machine runs none of it. */
function helperFault(root: JsonObject, programs: ReadonlySet<string>): string | undefined {
  const store = root['credsStore'];
  const helpers = isObject(root['credHelpers']) ? Object.values(root['credHelpers']) : [];
  const [helper] = [store, ...helpers].filter((name) => typeof name === 'string' && name !== '');
  if (typeof helper !== 'string') return undefined;
  const program = `docker-credential-${helper}`;
  if (programs.has(program))
    return `the credential helper ${program} is not run: put the credentials into "auths"`;
  return `error ${helper === store ? 'listing' : 'getting'} credentials - err: exec: "${program}": executable file not found in $PATH, out: \`\``;
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isOldEntry = (value: JsonValue | undefined): boolean =>
  isObject(value) && typeof value['auth'] === 'string';

const mismatch = (value: JsonValue, target: string): string =>
  `json: cannot unmarshal ${goType(value)} into Go ${target}`;

function goType(value: JsonValue): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function readEntry(address: string, entry: JsonObject): RegistryLogin | { readonly fault: string } {
  const text = (key: string): string => {
    const value = entry[key];
    return typeof value === 'string' ? value : '';
  };
  const rest = {
    ...(text('identitytoken') === '' ? {} : { identityToken: text('identitytoken') }),
    ...(text('registrytoken') === '' ? {} : { registryToken: text('registrytoken') }),
  };
  if (text('auth') === '')
    return { address, username: text('username'), password: text('password'), ...rest };
  const pair = decodeAuth(text('auth'));
  return 'fault' in pair ? pair : { address, ...pair, ...rest };
}

/** `auth` is the base64 of `user:password`; only the first colon separates (gitlab/161). */
function decodeAuth(
  auth: string,
): { readonly username: string; readonly password: string } | { readonly fault: string } {
  const compact = auth.replaceAll(/[\r\n]/g, '');
  const wrong = badBase64(compact);
  if (wrong !== undefined) return { fault: `illegal base64 data at input byte ${wrong}` };
  const decoded = Buffer.from(compact, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 1) return { fault: 'invalid auth configuration file' };
  return {
    username: decoded.slice(0, colon),
    // Docker itself pads passwords with zero bytes.
    password: decoded.slice(colon + 1).replaceAll(/^\0+|\0+$/g, ''),
  };
}

/** Where a text stops being base64 with padding. */
function badBase64(text: string): number | undefined {
  const valid = /^[A-Za-z0-9+/]*/.exec(text)?.[0].length ?? 0;
  const padding = text.slice(valid);
  const needed = (4 - (valid % 4)) % 4;
  if (needed !== 3 && padding === '='.repeat(needed)) return undefined;
  return padding === '' ? valid - (valid % 4) : valid;
}
