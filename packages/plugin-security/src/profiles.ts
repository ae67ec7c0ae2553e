import type { JsonObject, Source, Statement } from '@millrace/core';
import type { ProfileSetting, SecuritySettings, SeLinuxSetting } from './settings.ts';

/** A field of a security context, or why it is left out. */
export interface CheckedField {
  readonly value?: JsonObject | string;
  readonly warning?: Statement;
}

/** What is checked, and who set it. */
export interface CheckedPlace {
  readonly field: 'seccompProfile' | 'appArmorProfile';
  readonly badProfiles: SecuritySettings['badProfiles'];
  readonly source: Source;
}

/**
 * A profile as it is sent. A type that Kubernetes does not have, and `Localhost` without a profile, are left out with a
 * warning: the job runs as if there was none, so somebody must be told. Or they are sent, for the API server to refuse,
 * as is a name of a profile for a type that has none.
 */
export function checkProfile(
  { type, localhostProfile }: ProfileSetting,
  { field, badProfiles, source }: CheckedPlace,
): CheckedField {
  if (type === '') return {};
  const sent = badProfiles === 'send';
  const isBare = type === 'RuntimeDefault' || type === 'Unconfined';
  if (isBare && (localhostProfile === '' || !sent)) return { value: { type } };
  if (type === 'Localhost' && localhostProfile !== '') return { value: { type, localhostProfile } };
  const fault = isBare
    ? 'profile-for-nothing'
    : type === 'Localhost'
      ? 'no-profile'
      : 'unknown-type';
  const why = {
    'profile-for-nothing': `"${type}" takes no localhostProfile: remove it`,
    'no-profile': 'Localhost needs a profile',
    'unknown-type': `"${type}" is none of RuntimeDefault, Unconfined, Localhost`,
  }[fault];
  return {
    ...(sent ? { value: { type, ...(localhostProfile === '' ? {} : { localhostProfile }) } } : {}),
    warning: {
      kind: 'warn',
      code: 'security.bad-profile',
      text: `${field} ${sent ? 'will be refused by the API server' : 'is left out'}: ${why}`,
      values: { field, type, fault },
      source,
    },
  };
}

/** How `/proc` is mounted; anything but `Default` and `Unmasked` is left out with a warning. */
export function checkProcMount(value: string, source: Source): CheckedField {
  if (value === '') return {};
  if (value === 'Default' || value === 'Unmasked') return { value };
  return {
    warning: {
      kind: 'warn',
      code: 'security.bad-proc-mount',
      text: `procMount is left out: "${value}" is neither Default nor Unmasked`,
      values: { value },
      source,
    },
  };
}

/** SELinux labels that are set; undefined when none is. */
export function seLinuxOptions(setting: SeLinuxSetting | undefined): JsonObject | undefined {
  const set = Object.entries(setting ?? {}).filter(([, value]) => value !== '');
  return set.length === 0 ? undefined : Object.fromEntries(set);
}
