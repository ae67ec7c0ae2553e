import type { JsonObject } from '@millrace/core';
import { compareQuantities, parseQuantity } from '@millrace/kube-objects';
import { count, record, records, text } from '../../store/json.ts';
import type { FieldErrors } from './field-errors.ts';
import { checkLabelName } from './names.ts';

const pullPolicies = ['Always', 'IfNotPresent', 'Never'];

/** Checks init and ordinary containers, which share one space of names. */
export function checkContainers(
  errors: FieldErrors,
  spec: JsonObject,
  volumes: ReadonlySet<string>,
): void {
  const names = new Set<string>();
  const containers = records(spec, 'containers');
  if (containers.length === 0) errors.required('spec.containers');
  for (const [index, container] of containers.entries())
    checkContainer(errors, `spec.containers[${index}]`, container, names, volumes);
  for (const [index, container] of records(spec, 'initContainers').entries()) {
    const field = `spec.initContainers[${index}]`;
    checkContainer(errors, field, container, names, volumes);
    const restart = text(container, 'restartPolicy');
    if (restart !== '' && restart !== 'Always')
      errors.unsupported(`${field}.restartPolicy`, restart, ['Always']);
  }
}

function checkContainer(
  errors: FieldErrors,
  field: string,
  container: JsonObject,
  names: Set<string>,
  volumes: ReadonlySet<string>,
): void {
  const name = text(container, 'name');
  checkLabelName(errors, `${field}.name`, name);
  if (names.has(name)) errors.duplicate(`${field}.name`, name);
  names.add(name);
  const image = text(container, 'image');
  if (image === '') errors.required(`${field}.image`);
  else if (image.trim() !== image)
    errors.invalid(`${field}.image`, image, 'must not have leading or trailing whitespace');
  const policy = text(container, 'imagePullPolicy');
  if (!pullPolicies.includes(policy))
    errors.unsupported(`${field}.imagePullPolicy`, policy, pullPolicies);
  checkPorts(errors, field, records(container, 'ports'));
  checkEnvironment(errors, field, records(container, 'env'));
  checkMounts(errors, field, records(container, 'volumeMounts'), volumes);
  checkResources(errors, `${field}.resources`, record(container, 'resources'));
}

function checkPorts(errors: FieldErrors, field: string, ports: readonly JsonObject[]): void {
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const at = `${field}.ports[${index}]`;
    const name = text(port, 'name');
    if (name !== '' && names.has(name)) errors.duplicate(`${at}.name`, name);
    if (name !== '' && !/^(?=.{1,15}$)(?=.*[a-z])[a-z0-9](?:-?[a-z0-9])*$/u.test(name))
      errors.invalid(
        `${at}.name`,
        name,
        'must be no more than 15 lower case alphanumeric characters or single hyphens, with at least one letter',
      );
    names.add(name);
    const number = count(port, 'containerPort');
    if (number === undefined) errors.required(`${at}.containerPort`);
    else if (number < 1 || number > 65_535)
      errors.invalid(`${at}.containerPort`, number, 'must be between 1 and 65535, inclusive');
    const protocol = text(port, 'protocol');
    if (!['SCTP', 'TCP', 'UDP'].includes(protocol))
      errors.unsupported(`${at}.protocol`, protocol, ['SCTP', 'TCP', 'UDP']);
  }
}

/** Since Kubernetes 1.34 a variable's name may be any printable ASCII text without `=`. The same name twice is allowed: the last one wins. */
function checkEnvironment(
  errors: FieldErrors,
  field: string,
  variables: readonly JsonObject[],
): void {
  for (const [index, variable] of variables.entries()) {
    const at = `${field}.env[${index}]`;
    const name = text(variable, 'name');
    if (name === '') errors.required(`${at}.name`);
    else if (!/^[ -<>-~]+$/u.test(name))
      errors.invalid(
        `${at}.name`,
        name,
        "a valid environment variable name must consist only of printable ASCII characters other than '='",
      );
    if (variable['valueFrom'] === undefined || variable['valueFrom'] === null) continue;
    if (text(variable, 'value') !== '')
      errors.invalid(`${at}.valueFrom`, '', 'may not be specified when `value` is not empty');
    const sources = Object.keys(record(variable, 'valueFrom'));
    if (sources.length === 0)
      errors.invalid(
        `${at}.valueFrom`,
        '',
        'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`',
      );
    else if (sources.length > 1)
      errors.invalid(`${at}.valueFrom`, '', 'may not have more than one field specified at a time');
  }
}

function checkMounts(
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
    if (subPath.split('/').includes('..'))
      errors.invalid(`${at}.subPath`, subPath, "must not contain '..'");
  }
}

/** The quantities themselves have been read when the pod was decoded. */
function checkResources(errors: FieldErrors, field: string, resources: JsonObject): void {
  const limits = record(resources, 'limits');
  for (const [name, requested] of Object.entries(record(resources, 'requests'))) {
    const limit = limits[name];
    if (!isAmount(requested)) continue;
    if (String(requested).startsWith('-'))
      errors.invalid(`${field}.requests[${name}]`, requested, 'must be greater than or equal to 0');
    if (isAmount(limit) && compareQuantities(parseQuantity(requested), parseQuantity(limit)) > 0) {
      errors.invalid(
        `${field}.requests`,
        String(requested),
        `must be less than or equal to ${name} limit of ${limit}`,
      );
    }
  }
}

const isAmount = (value: unknown): value is string | number =>
  typeof value === 'string' || typeof value === 'number';
