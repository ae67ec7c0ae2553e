import type { JsonObject } from '@millrace/core';
import { parseQuantity } from '@millrace/kube-objects';
import { record, records, text } from '../../store/json.ts';
import type { FieldErrors } from './field-errors.ts';
import { checkLabelName } from './names.ts';

const hostPathTypes = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];
const largestMode = 0o777;

/** @returns the names that mounts may use */
export function checkVolumes(
  errors: FieldErrors,
  volumes: readonly JsonObject[],
): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [index, volume] of volumes.entries()) {
    const field = `spec.volumes[${index}]`;
    const name = text(volume, 'name');
    checkLabelName(errors, `${field}.name`, name);
    if (names.has(name)) errors.duplicate(`${field}.name`, name);
    names.add(name);
    const [, ...extra] = Object.keys(volume).filter((key) => key !== 'name');
    for (const source of extra)
      errors.forbidden(`${field}.${source}`, 'may not specify more than 1 volume type');
    checkSource(errors, field, volume);
  }
  return names;
}

function checkSource(errors: FieldErrors, field: string, volume: JsonObject): void {
  if (volume['hostPath'] !== undefined) checkHostPath(errors, `${field}.hostPath`, volume);
  if (volume['secret'] !== undefined) {
    if (text(volume, 'secret', 'secretName') === '') errors.required(`${field}.secret.secretName`);
    checkFiles(errors, `${field}.secret`, record(volume, 'secret'));
  }
  if (volume['configMap'] !== undefined) {
    if (text(volume, 'configMap', 'name') === '') errors.required(`${field}.configMap.name`);
    checkFiles(errors, `${field}.configMap`, record(volume, 'configMap'));
  }
  if (
    volume['persistentVolumeClaim'] !== undefined &&
    text(volume, 'persistentVolumeClaim', 'claimName') === ''
  )
    errors.required(`${field}.persistentVolumeClaim.claimName`);
  const limit = text(volume, 'emptyDir', 'sizeLimit');
  if (limit !== '' && parseQuantity(limit).digits < 0n)
    errors.forbidden(
      `${field}.emptyDir.sizeLimit`,
      'SizeLimit field must be a valid resource quantity',
    );
}

function checkHostPath(errors: FieldErrors, field: string, volume: JsonObject): void {
  const path = text(volume, 'hostPath', 'path');
  if (path === '') errors.required(`${field}.path`);
  if (climbs(path)) errors.invalid(`${field}.path`, path, "must not contain '..'");
  const type = text(volume, 'hostPath', 'type');
  if (!hostPathTypes.includes(type)) errors.unsupported(`${field}.type`, type, hostPathTypes);
}

/** Modes, keys and paths of the files that a secret or config map becomes. */
function checkFiles(errors: FieldErrors, field: string, source: JsonObject): void {
  checkMode(errors, `${field}.defaultMode`, source['defaultMode']);
  for (const [index, item] of records(source, 'items').entries()) {
    const at = `${field}.items[${index}]`;
    if (text(item, 'key') === '') errors.required(`${at}.key`);
    const path = text(item, 'path');
    if (path === '') errors.required(`${at}.path`);
    else if (path.startsWith('/')) errors.invalid(`${at}.path`, path, 'must be a relative path');
    else if (climbs(path)) errors.invalid(`${at}.path`, path, "must not contain '..'");
    checkMode(errors, `${at}.mode`, item['mode']);
  }
}

function checkMode(errors: FieldErrors, field: string, mode: JsonObject[string]): void {
  if (typeof mode === 'number' && (mode < 0 || mode > largestMode))
    errors.invalid(field, mode, 'must be a number between 0 and 0777 (octal), both inclusive');
}

const climbs = (path: string): boolean => path.split('/').includes('..');

/** Checks where a container mounts volumes. */
export function checkMounts(
  errors: FieldErrors,
  field: string,
  mounts: readonly JsonObject[],
  volumes: ReadonlySet<string>,
): void {
  const paths = new Set<string>();
  for (const [index, mount] of mounts.entries()) {
    const at = `${field}.volumeMounts[${index}]`;
    const name = text(mount, 'name');
    if (name === '') errors.required(`${at}.name`);
    else if (!volumes.has(name)) errors.missing(`${at}.name`, name);
    const path = text(mount, 'mountPath');
    if (path === '') errors.required(`${at}.mountPath`);
    if (paths.has(path)) errors.invalid(`${at}.mountPath`, path, 'must be unique');
    paths.add(path);
    const subPath = text(mount, 'subPath');
    if (subPath.startsWith('/'))
      errors.invalid(`${at}.subPath`, subPath, 'must be a relative path');
    // Kubernetes leaves the index out here.
    if (climbs(subPath))
      errors.invalid(`${field}.volumeMounts.subPath`, subPath, "must not contain '..'");
  }
}
