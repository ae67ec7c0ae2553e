import { Buffer } from 'node:buffer';
import type { RegistryLogin } from './registry-login.ts';

/** The text of a `.dockercfg` file: logins by address, sorted, as Go writes JSON. */
export function dockercfg(logins: readonly RegistryLogin[]): string {
  const entries = logins
    .map(
      ({ address, username, password, identityToken, registryToken }) =>
        [
          address,
          {
            ...given('username', username),
            ...given('password', password),
            serveraddress: address,
            ...given('identitytoken', identityToken),
            ...given('registrytoken', registryToken),
          },
        ] as const,
    )
    .toSorted(([left], [right]) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
  // Not an object: JavaScript would move addresses that look like numbers to the front.
  const members = entries.map(
    ([address, login]) => `${JSON.stringify(address)}:${JSON.stringify(login)}`,
  );
  return escapeAsGo(`{${members.join(',')}}`);
}

const given = (key: string, value: string | undefined): Readonly<Record<string, string>> =>
  value === undefined || value === '' ? {} : { [key]: value };

/** Go also escapes what could end a script element, and JavaScript's line separators. */
function escapeAsGo(json: string): string {
  return json.replaceAll(
    /[<>&\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
