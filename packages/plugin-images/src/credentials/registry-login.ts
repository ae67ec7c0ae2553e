/** A login for one registry, as Docker's configuration holds it. Absent members are not sent. */
export interface RegistryLogin {
  /** As written, `https://registry.example.com:5050`. */
  readonly address: string;
  readonly username?: string;
  readonly password?: string;
  readonly identityToken?: string;
  readonly registryToken?: string;
}

/**
 * The registry that an address means, for comparison only: of a URL its host, else the path without tag and trailing
 * slash; hosts in lower case, Docker Hub's old address by its name (gitlab/159, 161).
 */
export function registryPath(address: string): string {
  const withoutScheme = address.replace(/^https?:\/\//i, '');
  const [host = '', ...rest] = withoutScheme.replace(/\/$/, '').split('/');
  const lowered = host.toLowerCase();
  if (withoutScheme !== address) return lowered === 'index.docker.io' ? 'docker.io' : lowered;
  const last = rest.pop();
  // In the host a colon stands before its port.
  return [lowered, ...rest, ...(last === undefined ? [] : [last.replace(/:[^:]*$/, '')])].join('/');
}

/** Of two logins for one registry the first counts. */
export function firstLogins(logins: readonly RegistryLogin[]): readonly RegistryLogin[] {
  const known = new Map<string, RegistryLogin>();
  for (const login of logins) {
    const path = registryPath(login.address);
    if (!known.has(path)) known.set(path, login);
  }
  return [...known.values()];
}
