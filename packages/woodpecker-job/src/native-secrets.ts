import type { FieldContribution, JsonObject, JsonValue, Settings } from '@millrace/core';
import { woodpeckerDnsName } from '@millrace/kube-objects';
import type { NativeSecret, WoodpeckerJobSettings } from './settings.ts';

/** Variables stand behind those of the step, volumes and mounts behind its own. */
const rank = 200_000;

/**
 * Secrets of the cluster in a step's container: all keys as variables, one key as a variable, or one as a file. A file wins
 * where both are named (woodpecker/061, 063).
 */
export function nativeSecretFields(
  container: string,
  { value: { nativeSecrets }, source }: Settings<WoodpeckerJobSettings>,
): readonly FieldContribution[] {
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
    return fieldsOf(secret, append);
  });
}

type Append = (path: string, value: JsonValue, inContainer?: boolean) => FieldContribution;

function fieldsOf(
  { name, key = '', target = {} }: NativeSecret,
  append: Append,
): readonly FieldContribution[] {
  const { env = '', file = '' } = target;
  if (file !== '') {
    const volume = woodpeckerDnsName(name);
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
  if (key === '') return [append('/envFrom', { secretRef: { name } })];
  return [append('/env', envFromSecret(env === '' ? key.toUpperCase() : env, name, key))];
}

/** A variable whose value is in a secret. */
export const envFromSecret = (variable: string, secret: string, key: string): JsonObject => ({
  name: variable,
  valueFrom: { secretKeyRef: { name: secret, key } },
});
