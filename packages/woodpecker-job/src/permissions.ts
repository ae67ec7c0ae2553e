import { lookUp, optionsPath } from './options/read-options.ts';
import { weakValue } from './options/weak-value.ts';
import type { Step } from './payload/payload.ts';

/** Where the container of a step begins: its script changes the directory itself. */
export const containerDirectory = ({ commands, workspaceBase, workingDirectory }: Step): string =>
  commands.length > 0 ? workspaceBase : workingDirectory;

/**
 * Whether a container has to make the working directory first: the kubelet would make it as root, below a volume, and the
 * step's user is another.
 */
export function needsDirectory(step: Step): boolean {
  const user = option(step, ['securityContext', 'runAsUser'], 'integer');
  if (user === undefined || user === 0) return false;
  const directory = containerDirectory(step);
  return claimMounts(step).some(({ path }) => directory.startsWith(`${path}/`));
}

/** A claim in a step's container. */
export interface ClaimMount {
  readonly claim: string;
  readonly path: string;
}

/** Claims that are mounted in a step; a service may do without its workspace. */
export function claimMounts(step: Step): readonly ClaimMount[] {
  const dropped =
    step.type === 'service' && option(step, ['workspaceVolume'], 'boolean') === false
      ? step.workspaceBase
      : undefined;
  return step.volumes
    .map((volume) => volume.split(':'))
    .map(([claim = '', path]) => ({ claim, path: path ?? claim }))
    .filter(({ path }) => path !== dropped);
}

const option = (
  { raw }: Step,
  path: readonly string[],
  form: 'integer' | 'boolean',
): ReturnType<typeof weakValue> =>
  weakValue(lookUp(raw, [...optionsPath.split('.'), ...path]), form, undefined, {
    key: path.join('.'),
    fault: () => undefined,
    unknown: () => undefined,
  });
