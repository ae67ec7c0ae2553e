import { isIP } from 'node:net';
import type { JsonObject, JsonValue, KubeObject } from '@millrace/core';
import { labelValueErrors } from '@millrace/kube-objects';
import { count, record, records, stringMap, text } from '../../store/json.ts';
import { checkContainers } from './container-validation.ts';
import type { FieldErrors } from './field-errors.ts';
import { checkLabelKey, checkLabelName, checkLabels } from './names.ts';

const restartPolicies = ['Always', 'OnFailure', 'Never'];
const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const largestDeadline = 2 ** 31 - 1;

/** The rules of a pod's spec, as far as a CI pod can break them. Defaults have been filled in. */
export function validatePod(errors: FieldErrors, pod: KubeObject): void {
  const spec = record(pod, 'spec');
  const volumes = checkVolumes(errors, records(spec, 'volumes'));
  checkContainers(errors, spec, volumes);
  oneOf(errors, 'spec.restartPolicy', text(spec, 'restartPolicy'), restartPolicies);
  oneOf(errors, 'spec.dnsPolicy', text(spec, 'dnsPolicy'), dnsPolicies);
  checkDns(errors, spec);
  checkSeconds(errors, spec);
  checkTolerations(errors, records(spec, 'tolerations'));
  checkLabels(errors, 'spec.nodeSelector', stringMap(spec, 'nodeSelector'));
  if (text(spec, 'hostname') !== '')
    checkLabelName(errors, 'spec.hostname', text(spec, 'hostname'));
  for (const [index, alias] of records(spec, 'hostAliases').entries()) {
    const field = `spec.hostAliases[${index}].ip`;
    if (isIP(text(alias, 'ip')) === 0)
      errors.invalid(
        field,
        text(alias, 'ip'),
        'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      );
  }
}

function oneOf(
  errors: FieldErrors,
  field: string,
  value: string,
  supported: readonly string[],
): void {
  if (!supported.includes(value)) errors.unsupported(field, value, supported);
}

function checkSeconds(errors: FieldErrors, spec: JsonObject): void {
  const deadline = count(spec, 'activeDeadlineSeconds');
  if (deadline !== undefined && (deadline < 1 || deadline > largestDeadline)) {
    errors.invalid(
      'spec.activeDeadlineSeconds',
      deadline,
      `must be between 1 and ${largestDeadline}, inclusive`,
    );
  }
  const grace = count(spec, 'terminationGracePeriodSeconds') ?? 0;
  if (grace < 0)
    errors.invalid(
      'spec.terminationGracePeriodSeconds',
      grace,
      'must be greater than or equal to 0',
    );
}

function checkDns(errors: FieldErrors, spec: JsonObject): void {
  const nameservers = record(spec, 'dnsConfig')['nameservers'];
  const addresses: readonly JsonValue[] = Array.isArray(nameservers) ? nameservers : [];
  if (text(spec, 'dnsPolicy') === 'None' && addresses.length === 0)
    errors.required(
      'spec.dnsConfig.nameservers',
      'must provide at least one DNS nameserver when `dnsPolicy` is None',
    );
  for (const [index, address] of addresses.entries()) {
    if (typeof address !== 'string' || isIP(address) === 0) {
      errors.invalid(
        `spec.dnsConfig.nameservers[${index}]`,
        address,
        'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      );
    }
  }
}

function checkTolerations(errors: FieldErrors, tolerations: readonly JsonObject[]): void {
  for (const [index, toleration] of tolerations.entries()) {
    const field = `spec.tolerations[${index}]`;
    const operator = text(toleration, 'operator');
    const effect = text(toleration, 'effect');
    const key = text(toleration, 'key');
    if (key !== '') checkLabelKey(errors, `${field}.key`, key);
    if (key === '' && operator !== 'Exists') {
      errors.invalid(
        `${field}.operator`,
        operator,
        'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      );
    }
    if (toleration['tolerationSeconds'] !== undefined && effect !== 'NoExecute') {
      errors.invalid(
        `${field}.effect`,
        effect,
        "effect must be 'NoExecute' when `tolerationSeconds` is set",
      );
    }
    if (!['', 'Equal', 'Exists'].includes(operator))
      errors.unsupported(`${field}.operator`, operator, ['Equal', 'Exists']);
    const value = labelValueErrors(text(toleration, 'value'));
    // Kubernetes names the operator here, though the value is at fault.
    if (['', 'Equal'].includes(operator) && value.length > 0)
      errors.invalid(`${field}.operator`, toleration['value'], value.join(';'));
    if (operator === 'Exists' && text(toleration, 'value') !== '') {
      errors.invalid(
        `${field}.operator`,
        toleration['value'],
        "value must be empty when `operator` is 'Exists'",
      );
    }
    if (effect !== '' && !effects.includes(effect))
      errors.unsupported(`${field}.effect`, effect, effects);
  }
}

/** @returns the names that mounts may use */
function checkVolumes(errors: FieldErrors, volumes: readonly JsonObject[]): ReadonlySet<string> {
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
    if (volume['hostPath'] !== undefined && text(volume, 'hostPath', 'path') === '')
      errors.required(`${field}.hostPath.path`);
    if (volume['secret'] !== undefined && text(volume, 'secret', 'secretName') === '')
      errors.required(`${field}.secret.secretName`);
    if (volume['configMap'] !== undefined && text(volume, 'configMap', 'name') === '')
      errors.required(`${field}.configMap.name`);
    if (
      volume['persistentVolumeClaim'] !== undefined &&
      text(volume, 'persistentVolumeClaim', 'claimName') === ''
    ) {
      errors.required(`${field}.persistentVolumeClaim.claimName`);
    }
    if (text(volume, 'hostPath', 'path').split('/').includes('..'))
      errors.invalid(
        `${field}.hostPath.path`,
        text(volume, 'hostPath', 'path'),
        "must not contain '..'",
      );
  }
  return names;
}
