import { RunnerError, isRunnerError } from '@millrace/core';
import { woodpeckerDnsName } from '@millrace/kube-objects';
import type { Step } from './payload/payload.ts';

/** Name of a step's pod and container. */
export const podNameOf = ({ name, uuid, type }: Step): string =>
  nameFrom(
    type === 'service' ? `wp-svc-${uuid}-${name}` : `wp-${uuid}`,
    `the pod of step ${JSON.stringify(name)}`,
  );

/** Name of the secret with a step's registry credentials, the same for services. */
export const registrySecretOf = ({ name, uuid }: Step): string =>
  nameFrom(`wp-${uuid}`, `the registry secret of step ${JSON.stringify(name)}`);

/** Name of the workflow's headless service, the subdomain of its pods. */
export const networkNameOf = (workflow: string): string =>
  nameFrom(`wp-hsvc-${workflow}`, `the headless service of workflow ${JSON.stringify(workflow)}`);

/** Name of the claim that holds the workspace. */
export const claimNameOf = (volume: string): string =>
  nameFrom(volume, `the volume ${JSON.stringify(volume)} of the workflow`);

/** Id of a step's unit: its uuid as far as that is a DNS label, else its place. */
export function unitIdOf({ uuid }: Step, place: number): string {
  const id = uuid
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 63);
  return id === '' ? `step-${place + 1}` : id;
}

function nameFrom(text: string, what: string): string {
  try {
    return woodpeckerDnsName(text);
  } catch (thrown) {
    if (!isRunnerError(thrown)) throw thrown;
    throw new RunnerError(`${what}: ${thrown.message}: ${JSON.stringify(text)}`, {
      code: 'MILLRACE_E_NAME',
      kind: 'user',
      reason: 'configuration_error',
      hint: 'use letters, digits and dashes in names of steps and volumes',
      cause: thrown,
    });
  }
}
