import { createToken, type Token } from '@millrace/core';
import type { RegistryLogin } from './registry-login.ts';

/** What a job logs in to registries with. */
export interface RegistryCredentials {
  readonly logins: readonly RegistryLogin[];
  /** Sources that could not be used. */
  readonly problems: readonly CredentialProblem[];
}

/** A source that is broken; nothing of it is used. */
export interface CredentialProblem {
  /** `$NAME` of a variable or a file. */
  readonly source: string;
  readonly message: string;
}

/** Resolves to the credentials of the job at hand. */
export const RegistryCredentialsToken: Token<RegistryCredentials> = createToken(
  '@millrace/plugin-images/registry-credentials',
  'job',
);
