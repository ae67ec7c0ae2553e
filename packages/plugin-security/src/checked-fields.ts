import type { Source } from '@millrace/core';
import { checkProcMount, checkProfile, seLinuxOptions, type CheckedField } from './profiles.ts';
import type { ContainerContext, SecuritySettings } from './settings.ts';

/** A field of a security context by name. */
type NamedField = readonly [path: string, field: CheckedField];

/** Fields that need more than passing on, of a pod or a container. */
export function checkedFields(
  context: Pick<
    ContainerContext,
    'seLinuxOptions' | 'seccompProfile' | 'appArmorProfile' | 'procMount'
  >,
  badProfiles: SecuritySettings['badProfiles'],
  source: (path: string) => Source,
): readonly NamedField[] {
  const labels = seLinuxOptions(context.seLinuxOptions);
  return [
    ['seLinuxOptions', labels === undefined ? {} : { value: labels }],
    ['procMount', checkProcMount(context.procMount ?? '', source('procMount'))],
    ...(['seccompProfile', 'appArmorProfile'] as const).flatMap((field): readonly NamedField[] => {
      const profile = context[field];
      return profile === undefined
        ? []
        : [[field, checkProfile(profile, { field, badProfiles, source: source(field) })]];
    }),
  ];
}
