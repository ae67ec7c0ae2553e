import type { JsonValue, SettingForm } from '@millrace/core';

/** A member of a table of a security context. */
export interface ContextField {
  readonly key: string;
  readonly path: string;
  readonly form: SettingForm;
  readonly doc: string;
  /** GitLab Runner reads no environment variable for it. */
  readonly fileOnly?: boolean;
  readonly since?: string;
  readonly convert?: (value: JsonValue) => JsonValue;
}

/** Fields that the pod and its containers have in common. */
const sharedFields: readonly ContextField[] = [
  { key: 'run_as_user', path: 'runAsUser', form: 'integer', doc: 'User id.' },
  { key: 'run_as_group', path: 'runAsGroup', form: 'integer', doc: 'Primary group id.' },
  {
    key: 'run_as_non_root',
    path: 'runAsNonRoot',
    form: 'boolean',
    doc: 'Whether the kubelet refuses images that run as root.',
  },
  {
    key: 'selinux_type',
    path: 'seLinuxOptions.type',
    form: 'string',
    since: '15.3',
    fileOnly: true,
    doc: 'SELinux type label.',
  },
  {
    key: 'seccomp_profile.type',
    path: 'seccompProfile.type',
    form: 'string',
    since: '18.11',
    doc: 'Seccomp profile: RuntimeDefault, Unconfined or Localhost; other values are left out with a warning.',
  },
  {
    key: 'seccomp_profile.localhost_profile',
    path: 'seccompProfile.localhostProfile',
    form: 'string',
    since: '18.11',
    doc: 'File of a Localhost seccomp profile on the node.',
  },
  {
    key: 'app_armor_profile.type',
    path: 'appArmorProfile.type',
    form: 'string',
    since: '18.11',
    doc: 'AppArmor profile: RuntimeDefault, Unconfined or Localhost; other values are left out with a warning.',
  },
  {
    key: 'app_armor_profile.localhost_profile',
    path: 'appArmorProfile.localhostProfile',
    form: 'string',
    since: '18.11',
    doc: 'Name of a Localhost AppArmor profile on the node.',
  },
];

/** Members of `pod_security_context`. */
export const podFields: readonly ContextField[] = [
  ...sharedFields,
  {
    key: 'supplemental_groups',
    path: 'supplementalGroups',
    form: 'integer-list',
    fileOnly: true,
    doc: 'Further groups of all processes of the pod.',
  },
  {
    key: 'fs_group',
    path: 'fsGroup',
    form: 'integer',
    doc: 'Group that owns the volumes of the pod.',
  },
];

/** Members of a container's context. */
export const containerFields: readonly ContextField[] = [
  ...sharedFields,
  {
    key: 'privileged',
    path: 'privileged',
    form: 'boolean',
    doc: 'Whether the container is privileged, in place of the setting for all.',
  },
  {
    key: 'allow_privilege_escalation',
    path: 'allowPrivilegeEscalation',
    form: 'boolean',
    doc: 'Whether privileges may grow, in place of the setting for all.',
  },
  {
    key: 'read_only_root_filesystem',
    path: 'readOnlyRootFilesystem',
    form: 'boolean',
    doc: 'Whether the root file system is read-only.',
  },
  {
    key: 'capabilities.add',
    path: 'capabilities.add',
    form: 'string-list',
    doc: 'Capabilities to add, in place of cap_add as a whole.',
  },
  {
    key: 'capabilities.drop',
    path: 'capabilities.drop',
    form: 'string-list',
    doc: 'Capabilities to drop, in place of cap_drop and NET_RAW as a whole.',
  },
  {
    key: 'proc_mount',
    path: 'procMount',
    form: 'string',
    since: '15.9',
    convert: (value) => (typeof value === 'string' ? titleCase(value.trim()) : value),
    doc: 'How /proc is mounted, Default or Unmasked in any case; other values are left out with a warning.',
  },
];

const titleCase = (text: string): string =>
  `${text.slice(0, 1).toUpperCase()}${text.slice(1).toLowerCase()}`;
