import { Buffer } from 'node:buffer';
import type { JobContribution, Unit } from '@millrace/core';
import { resourceTypes } from '@millrace/kube-objects';
import { PLUGIN } from '../plugin-name.ts';
import { dockercfg } from './dockercfg.ts';
import type { RegistryCredentials } from './registry-credentials.ts';

/** Name of a pod's own pull secret, that of the pod; undefined when there is nothing to put into it. */
export function credentialSecretName(
  { podName }: Pick<Unit, 'podName'>,
  { logins }: RegistryCredentials,
): readonly [string] | undefined {
  return logins.length === 0 ? undefined : [podName];
}

/** A pull secret for each pod, and what was wrong with the sources of its contents. */
export function credentialObjects(
  units: readonly Unit[],
  credentials: RegistryCredentials,
): readonly JobContribution[] {
  return [
    ...credentials.problems.map(({ source, message }): JobContribution => ({
      kind: 'warn',
      code: 'images.credentials',
      text: `Credentials from ${source} are not used: ${message}`,
      values: { source, message },
    })),
    ...units.flatMap((unit) => secretOf(unit, credentials)),
  ];
}

function secretOf(unit: Unit, credentials: RegistryCredentials): readonly JobContribution[] {
  const [name] = credentialSecretName(unit, credentials) ?? [];
  if (name === undefined) return [];
  const content = Buffer.from(dockercfg(credentials.logins)).toString('base64');
  return [
    {
      kind: 'object',
      id: `registry-credentials-${unit.id}`,
      type: resourceTypes.secrets,
      manifest: {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name },
        type: 'kubernetes.io/dockercfg',
        data: { '.dockercfg': content },
      },
      scope: { unit: unit.id },
      when: 'before',
      owner: { unit: unit.id },
      deleteAt: 'scope-end',
      secrets: ['/data/.dockercfg'],
      source: { plugin: PLUGIN },
    },
  ];
}
