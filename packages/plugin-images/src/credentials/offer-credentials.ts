import { env } from 'node:process';
import {
  JobRequestToken,
  VariablesToken,
  type NeedsOf,
  type SetupContext,
  type Token,
} from '@millrace/core';
import type { ImagesSettings } from '../settings.ts';
import { collectCredentials } from './collect-credentials.ts';
import { findPrograms, readFirstFile } from './runner-machine.ts';
import { RegistryCredentialsToken, type RegistryCredentials } from './registry-credentials.ts';

/** Reads the machine's own Docker configuration, once a generation, and offers each job its credentials. */
export async function offerCredentials({
  config,
  settings,
  provide,
}: Pick<SetupContext<ImagesSettings, NeedsOf>, 'config' | 'settings' | 'provide'>): Promise<
  Token<RegistryCredentials>
> {
  const { variable, files } = config.credentials;
  const file = await readFirstFile(files);
  const searchPath = variable === undefined && file === undefined ? '' : (env['PATH'] ?? '');
  const programs = await findPrograms('docker-credential-', searchPath);
  const needs = { settings, variables: VariablesToken, request: JobRequestToken };
  provide(RegistryCredentialsToken, { needs }, (given) =>
    collectCredentials({
      sources: given.settings.value.credentials,
      variables: given.variables,
      file,
      programs,
      payload: given.request.payload,
    }),
  );
  return RegistryCredentialsToken;
}
