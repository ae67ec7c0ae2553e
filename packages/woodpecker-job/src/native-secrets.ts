import {
  isRunnerError,
  type FieldContribution,
  type JsonObject,
  type JsonValue,
  type PodContribution,
  type Settings,
  type Source,
} from '@millrace/core';
import { woodpeckerDnsName } from '@millrace/kube-objects';
import type { PlacedStep } from './job-context.ts';
import type { NativeSecret, WoodpeckerJobSettings } from './settings.ts';

/** Variables stand behind those of the step, volumes and mounts behind its own. */
const rank = 200_000;

/**
 * Secrets of the cluster in a step's container: all keys as variables, one key as a variable, or one as a file. A file wins
 * where both are named (woodpecker/061, 063). What the API server will refuse is sent and told.
 */
export function nativeSecretFields(
  { podName: container, step }: Pick<PlacedStep, 'podName' | 'step'>,
  { value: { nativeSecrets }, source }: Settings<WoodpeckerJobSettings>,
): readonly PodContribution[] {
  return nativeSecrets.flatMap((secret, index) => {
    const append = (path: string, value: JsonValue, inContainer = true): FieldContribution => ({
      kind: 'field',
      ...(inContainer ? { on: { name: [container] } } : {}),
      path,
      op: 'append',
      value,
      rank: rank + index,
      source: source(['nativeSecrets', index]),
    });
    const place = {
      step: step.name,
      key: `backend_options.kubernetes.secrets[${index}]`,
      source: source(['nativeSecrets', index]),
    };
    const volume = volumeOf(secret);
    if (typeof volume === 'object') return [noVolume(volume.fault, place)];
    return [...fieldsOf(secret, volume, append), ...gaps(secret, place)];
  });
}

type Append = (path: string, value: JsonValue, inContainer?: boolean) => FieldContribution;

function fieldsOf(
  { name = '', key = '', target = {} }: NativeSecret,
  volume: string | undefined,
  append: Append,
): readonly FieldContribution[] {
  const { env = '', file = '' } = target;
  if (volume !== undefined) {
    return [
      append('/spec/volumes', { name: volume, secret: { secretName: name } }, false),
      append('/volumeMounts', {
        name: volume,
        mountPath: file,
        subPath: key,
        readOnly: true,
      }),
    ];
  }
  if (key === '' && env === '') return [append('/envFrom', { secretRef: { name } })];
  return [append('/env', envFromSecret(env === '' ? key.toUpperCase() : env, name, key))];
}

/** Name of the volume for a secret that is wanted as a file; undefined for others. */
export function volumeOf({
  name = '',
  target = {},
}: NativeSecret): string | undefined | { readonly fault: string } {
  if ((target.file ?? '') === '') return undefined;
  try {
    return woodpeckerDnsName(name.split(':')[0] ?? '');
  } catch (thrown) {
    if (!isRunnerError(thrown)) throw thrown;
    return { fault: `${thrown.message}: ${JSON.stringify(name)}` };
  }
}

interface SecretPlace {
  readonly step: string;
  readonly key: string;
  readonly source: Source;
}

const noVolume = (fault: string, { key, source }: SecretPlace): PodContribution => ({
  kind: 'refuse',
  code: 'job.native-secret',
  text: `${fault}; write the name of a secret of the namespace in ${key}.name`,
  reason: 'configuration_error',
  source,
});

/** Parts without which the API server refuses the reference. */
function gaps(
  { name = '', key = '', target: { env = '', file = '' } = {} }: NativeSecret,
  place: SecretPlace,
): readonly PodContribution[] {
  const missing = [
    ...(name === '' ? ['name'] : []),
    ...(key === '' && env !== '' && file === '' ? ['key'] : []),
  ];
  return missing.map((part) => ({
    kind: 'warn',
    code: 'job.native-secret',
    text: `step ${place.step}: ${place.key} has no ${part}, so the API server will refuse the pod: write ${part}: there`,
    values: { step: place.step, key: place.key, part },
    source: place.source,
  }));
}

/** A variable whose value is in a secret. */
export const envFromSecret = (variable: string, secret: string, key: string): JsonObject => ({
  name: variable,
  valueFrom: { secretKeyRef: { name: secret, key } },
});
