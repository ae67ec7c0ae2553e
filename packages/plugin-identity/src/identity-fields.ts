import type { FieldContribution, JsonValue, Settings } from '@millrace/core';
import type { IdentitySettings } from './settings.ts';

/** Where pods run and as whom. */
export function identityFields(
  {
    value: { namespacePerJob, serviceAccount, automountServiceAccountToken },
    source,
  }: Settings<IdentitySettings>,
  namespace: string,
): readonly FieldContribution[] {
  const set = (
    field: string,
    setting: keyof IdentitySettings,
    value: JsonValue,
  ): FieldContribution => ({
    kind: 'field',
    path: `/spec/${field}`,
    op: 'set',
    value,
    source: source([setting]),
  });
  return [
    // The engine sets it too, because it creates the objects there; this says whose choice it was.
    {
      kind: 'field',
      path: '/metadata/namespace',
      op: 'set',
      value: namespace,
      source: source([namespacePerJob ? 'namespacePerJob' : 'namespace']),
    },
    ...(serviceAccount === '' ? [] : [set('serviceAccountName', 'serviceAccount', serviceAccount)]),
    ...(automountServiceAccountToken === undefined
      ? []
      : [
          set(
            'automountServiceAccountToken',
            'automountServiceAccountToken',
            automountServiceAccountToken,
          ),
        ]),
  ];
}
