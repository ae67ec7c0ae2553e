import type { FieldContribution, JsonValue, Settings } from '@millrace/core';
import type { IdentitySettings } from './settings.ts';

/** As whom pods run. */
export function identityFields({
  value: { serviceAccount, automountServiceAccountToken },
  source,
}: Settings<IdentitySettings>): readonly FieldContribution[] {
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
