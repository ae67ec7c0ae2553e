import type { JsonObject, JsonValue, Variable } from '@millrace/core';
import type { CredentialSources } from '../settings.ts';
import { readDockerConfig } from './docker-config.ts';
import type { CredentialFile } from './runner-machine.ts';
import type { CredentialProblem, RegistryCredentials } from './registry-credentials.ts';
import { firstLogins, type RegistryLogin } from './registry-login.ts';

/** Where credentials of one job may come from. */
export interface CredentialInputs {
  readonly sources: CredentialSources;
  readonly variables: readonly Variable[];
  readonly file: CredentialFile | undefined;
  /** Credential helpers that are installed on the runner's machine. */
  readonly programs: ReadonlySet<string>;
  /** The job as its server sent it. */
  readonly payload: JsonObject;
}

/** Logins of all sources, in their order; a source with a fault counts for nothing and is named (gitlab/161, 163, 277). */
export function collectCredentials({
  sources,
  variables,
  file,
  programs,
  payload,
}: CredentialInputs): RegistryCredentials {
  const logins: RegistryLogin[] = [];
  const problems: CredentialProblem[] = [];
  const read = (source: string, content: CredentialFile['content']): void => {
    const config = 'fault' in content ? content : readDockerConfig(content.text, programs);
    if ('fault' in config) problems.push({ source, message: config.fault });
    else logins.push(...config.logins);
  };
  const variable = variables.findLast(({ key }) => key === sources.variable);
  if (variable !== undefined && variable.value !== '')
    read(`$${variable.key}`, { text: variable.value });
  if (file !== undefined) read(file.path, file.content);
  if (sources.payload !== undefined) logins.push(...payloadLogins(payload[sources.payload]));
  return { logins: firstLogins(logins), problems };
}

function payloadLogins(list: JsonValue | undefined): readonly RegistryLogin[] {
  if (!Array.isArray(list)) return [];
  return (list as readonly JsonObject[])
    .filter(({ type }) => type === 'registry')
    .map(({ url, username, password }) => ({
      address: textOf(url),
      username: textOf(username),
      password: textOf(password),
    }));
}

const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');
