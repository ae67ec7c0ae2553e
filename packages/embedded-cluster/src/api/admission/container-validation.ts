import type { JsonObject } from '@millrace/core';
import { count, record, records, text } from '../../store/json.ts';
import type { FieldErrors } from './field-errors.ts';
import { checkLabelName } from './names.ts';
import { checkProbes } from './probe-validation.ts';
import { checkResources } from './resource-validation.ts';
import { checkContainerSecurity } from './security-validation.ts';
import { checkEnvironment, checkVariableSets } from './variable-validation.ts';
import { checkMounts } from './volume-validation.ts';

const pullPolicies = ['Always', 'IfNotPresent', 'Never'];
const messagePolicies = ['File', 'FallbackToLogsOnError'];

/** Checks init and ordinary containers, which share one space of names. */
export function checkContainers(
  errors: FieldErrors,
  spec: JsonObject,
  volumes: ReadonlySet<string>,
): void {
  const place = {
    names: new Set<string>(),
    volumes,
    hostNetwork: spec['hostNetwork'] === true,
  };
  const containers = records(spec, 'containers');
  if (containers.length === 0) errors.required('spec.containers');
  for (const [index, container] of containers.entries())
    checkContainer(errors, `spec.containers[${index}]`, container, { ...place, runsOnce: false });
  for (const [index, container] of records(spec, 'initContainers').entries()) {
    const field = `spec.initContainers[${index}]`;
    const restart = text(container, 'restartPolicy');
    checkContainer(errors, field, container, { ...place, runsOnce: restart !== 'Always' });
    if (restart !== '' && restart !== 'Always')
      errors.unsupported(`${field}.restartPolicy`, restart, ['Always']);
  }
}

/** What a container shares with the others of its pod. */
interface Place {
  readonly names: Set<string>;
  readonly volumes: ReadonlySet<string>;
  readonly hostNetwork: boolean;
  /** An init container that ends before the others start. */
  readonly runsOnce: boolean;
}

function checkContainer(
  errors: FieldErrors,
  field: string,
  container: JsonObject,
  place: Place,
): void {
  const { names, volumes } = place;
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
  checkPorts(errors, field, records(container, 'ports'), place.hostNetwork);
  checkEnvironment(errors, field, records(container, 'env'));
  checkVariableSets(errors, field, records(container, 'envFrom'));
  checkMounts(errors, field, records(container, 'volumeMounts'), volumes);
  checkProbes(errors, field, container, place.runsOnce);
  checkResources(errors, `${field}.resources`, record(container, 'resources'));
  checkContainerSecurity(errors, `${field}.securityContext`, record(container, 'securityContext'));
  const messages = text(container, 'terminationMessagePolicy');
  if (!messagePolicies.includes(messages))
    errors.unsupported(`${field}.terminationMessagePolicy`, messages, messagePolicies);
}

function checkPorts(
  errors: FieldErrors,
  field: string,
  ports: readonly JsonObject[],
  hostNetwork: boolean,
): void {
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const at = `${field}.ports[${index}]`;
    const name = text(port, 'name');
    if (name !== '' && names.has(name)) errors.duplicate(`${at}.name`, name);
    if (name !== '')
      for (const complaint of portNameErrors(name)) errors.invalid(`${at}.name`, name, complaint);
    names.add(name);
    const number = count(port, 'containerPort');
    if (number === undefined) errors.required(`${at}.containerPort`);
    else if (number < 1 || number > 65_535)
      errors.invalid(`${at}.containerPort`, number, 'must be between 1 and 65535, inclusive');
    const hostPort = count(port, 'hostPort');
    if (hostNetwork && hostPort !== undefined && hostPort !== number)
      errors.invalid(
        `${at}.hostPort`,
        hostPort,
        'must match `containerPort` when `hostNetwork` is true',
      );
    const protocol = text(port, 'protocol');
    if (!['SCTP', 'TCP', 'UDP'].includes(protocol))
      errors.unsupported(`${at}.protocol`, protocol, ['SCTP', 'TCP', 'UDP']);
  }
}

/** What Kubernetes says about the name of a port, which is that of an IANA service. */
function portNameErrors(name: string): readonly string[] {
  return [
    ...(name.length > 15 ? ['must be no more than 15 characters'] : []),
    ...(/^[-a-z0-9]+$/u.test(name)
      ? []
      : ['must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)']),
    ...(/[a-z]/u.test(name) ? [] : ['must contain at least one letter (a-z)']),
    ...(name.includes('--') ? ['must not contain consecutive hyphens'] : []),
    ...(/^-|-$/u.test(name) ? ['must not begin or end with a hyphen'] : []),
  ];
}
