import type { PodContribution, Settings, Variable } from '@millrace/core';
import type { PodPatchSettings } from './settings.ts';

/** Whether a job's pods are patched. */
export const isOn = (
  { enabled, switchVariable }: PodPatchSettings,
  variables: readonly Variable[],
): boolean =>
  enabled &&
  (switchVariable === undefined ||
    // What the runner itself decided stands before what others say.
    variables.find(({ key }) => key === switchVariable)?.value === 'true');

/** What a person should know about patches of a job: that they were asked for by variable, or are left out. */
export function switchNotes(
  { value, source }: Settings<PodPatchSettings>,
  variables: readonly Variable[],
): readonly PodContribution[] {
  const { patches, switchVariable } = value;
  if (isOn(value, variables))
    return switchVariable === undefined
      ? []
      : [
          {
            kind: 'say',
            code: 'pod-patch.switched-on',
            text: `Patches of the pod are applied, because ${switchVariable} is on`,
          },
        ];
  return patches.map(({ name }, index) => ({
    kind: 'decision',
    subject: `pod patch ${name}`,
    value: 'not applied',
    source: source(['patches', index]),
    allowed: false,
    reason: value.enabled ? `${switchVariable ?? ''} is off` : 'patches are disabled',
  }));
}
