import type { JsonObject } from '@millrace/core';
import { count, record, records, text } from '../../store/json.ts';
import type { FieldErrors } from './field-errors.ts';

const largestId = 2 ** 31 - 1;
const profiles = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const sysctlPattern = '^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$';
const sysctl = new RegExp(sysctlPattern, 'u');

/** Checks the security settings of a pod. */
export function checkPodSecurity(errors: FieldErrors, settings: JsonObject): void {
  const field = 'spec.securityContext';
  checkIds(errors, field, settings, ['fsGroup', 'runAsUser', 'runAsGroup']);
  checkProfile(errors, field, settings);
  for (const [index, item] of records(settings, 'sysctls').entries()) {
    const at = `${field}.sysctls[${index}].name`;
    const name = text(item, 'name');
    if (name === '') errors.required(at);
    else if (name.length > 253 || !sysctl.test(name))
      errors.invalid(at, name, `must have at most 253 characters and match regex ${sysctlPattern}`);
  }
}

/** Checks the security settings of a container. */
export function checkContainerSecurity(
  errors: FieldErrors,
  field: string,
  settings: JsonObject,
): void {
  checkIds(errors, field, settings, ['runAsUser', 'runAsGroup']);
  checkProfile(errors, field, settings);
  if (settings['allowPrivilegeEscalation'] !== false) return;
  if (settings['privileged'] === true)
    errors.invalid(
      field,
      goSettings(settings),
      'cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
    );
  const added = record(settings, 'capabilities')['add'];
  if (Array.isArray(added) && added.includes('CAP_SYS_ADMIN'))
    errors.invalid(
      field,
      goSettings(settings),
      'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN',
    );
}

const goNames = [
  'Capabilities',
  'Privileged',
  'SELinuxOptions',
  'WindowsOptions',
  'RunAsUser',
  'RunAsGroup',
  'RunAsNonRoot',
  'ReadOnlyRootFilesystem',
  'AllowPrivilegeEscalation',
  'ProcMount',
  'SeccompProfile',
  'AppArmorProfile',
];

/** The settings as Go prints its own structure of them. */
const goSettings = (settings: JsonObject): JsonObject =>
  Object.fromEntries(
    goNames.map((name) => [
      name,
      settings[
        name === 'SELinuxOptions' ? 'seLinuxOptions' : `${name[0]?.toLowerCase()}${name.slice(1)}`
      ] ?? null,
    ]),
  );

function checkIds(
  errors: FieldErrors,
  field: string,
  settings: JsonObject,
  names: readonly string[],
): void {
  for (const name of names) {
    const id = count(settings, name) ?? 0;
    if (id < 0 || id > largestId)
      errors.invalid(`${field}.${name}`, id, `must be between 0 and ${largestId}, inclusive`);
  }
}

function checkProfile(errors: FieldErrors, field: string, settings: JsonObject): void {
  if (settings['seccompProfile'] === undefined) return;
  const type = text(settings, 'seccompProfile', 'type');
  const at = `${field}.seccompProfile`;
  if (!profiles.includes(type)) errors.unsupported(`${at}.type`, type, profiles);
  if (type === 'Localhost' && text(settings, 'seccompProfile', 'localhostProfile') === '')
    errors.required(`${at}.localhostProfile`, 'must be set when seccomp type is Localhost');
}
