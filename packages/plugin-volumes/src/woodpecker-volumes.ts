import {
  isRunnerError,
  SettingError,
  type JsonObject,
  type JsonValue,
  type OptionPlace,
} from '@millrace/core';
import { woodpeckerDnsName } from '@millrace/kube-objects';

/** Containers that run what the user wants. */
const users = ['step', 'clone', 'service'];

/**
 * Volumes of a step, `claim:/path`, as a set: claims of the namespace, mounted in the step's container and, where they
 * hold the working directory, in the one that makes it. Options behind a second colon mean nothing; without a path the
 * name of the claim is one.
 */
export function stepVolumes(value: JsonValue, place: OptionPlace): JsonValue {
  const entries = (value as readonly string[]).map(readVolume).filter(isWanted(place));
  const workingDirectory = textOf(place.unit, 'working_dir');
  return {
    volumes: entries.map(({ name }) => ({ name, persistentVolumeClaim: { claimName: name } })),
    mounts: entries.map(({ name, mountPath }) => ({
      name,
      mountPath,
      roles: workingDirectory.startsWith(`${mountPath}/`) ? [...users, 'init'] : users,
    })),
  };
}

interface StepVolume {
  readonly name: string;
  readonly mountPath: string;
}

function readVolume(text: string): StepVolume {
  const [claim = '', path] = text.split(':');
  try {
    return { name: woodpeckerDnsName(claim), mountPath: path ?? claim };
  } catch (thrown) {
    if (!isRunnerError(thrown)) throw thrown;
    throw new SettingError(
      `the volume ${JSON.stringify(text)} names no claim: ${thrown.message}`,
      'write claim:/path with the name of a claim in the namespace of the pods',
    );
  }
}

/** A service may do without the workspace. */
const isWanted =
  ({ unit, options }: OptionPlace) =>
  ({ mountPath }: StepVolume): boolean =>
    unit['type'] !== 'service' ||
    options['workspaceVolume'] !== false ||
    mountPath !== textOf(unit, 'workspace_base');

/** Says when the option means nothing; what it means is read where the volumes are. */
export function forServices(_value: JsonValue, { unit }: OptionPlace): undefined {
  if (unit['type'] !== 'service')
    throw new SettingError('counts for services only', 'remove it from the step');
}

const textOf = (unit: JsonObject, key: string): string => {
  const value = unit[key];
  return typeof value === 'string' ? value : '';
};
