import { isIP } from 'node:net';
import type { JsonObject, JsonValue, KubeObject } from '@millrace/core';
import { labelKeyErrors, labelValueErrors } from '@millrace/kube-objects';
import { count, record, records, stringMap, text, texts } from '../../store/json.ts';
import { checkContainers } from './container-validation.ts';
import type { FieldErrors } from './field-errors.ts';
import { checkPlacement } from './affinity-validation.ts';
import { checkHostLabel, checkLabelKey, checkLabels, checkSubdomain } from './names.ts';
import { checkPodSecurity } from './security-validation.ts';
import { checkVolumes } from './volume-validation.ts';

const restartPolicies = ['Always', 'OnFailure', 'Never'];
const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const mostNameservers = 3;
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
    checkHostLabel(errors, 'spec.hostname', text(spec, 'hostname'));
  if (text(spec, 'subdomain') !== '')
    checkHostLabel(errors, 'spec.subdomain', text(spec, 'subdomain'));
  checkPodSecurity(errors, record(spec, 'securityContext'));
  checkPlacement(errors, spec);
  for (const [index, gate] of records(spec, 'readinessGates').entries())
    for (const complaint of labelKeyErrors(text(gate, 'conditionType')))
      errors.invalid(
        `spec.readinessGates[${index}].conditionType`,
        text(gate, 'conditionType'),
        complaint,
      );
  for (const [index, alias] of records(spec, 'hostAliases').entries()) {
    const field = `spec.hostAliases[${index}]`;
    if (isIP(text(alias, 'ip')) === 0)
      errors.invalid(
        `${field}.ip`,
        text(alias, 'ip'),
        'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      );
    for (const [at, host] of texts(alias, 'hostnames').entries())
      checkSubdomain(errors, `${field}.hostnames[${at}]`, host);
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
}

function checkDns(errors: FieldErrors, spec: JsonObject): void {
  const nameservers = record(spec, 'dnsConfig')['nameservers'];
  const addresses: readonly JsonValue[] = Array.isArray(nameservers) ? nameservers : [];
  if (text(spec, 'dnsPolicy') === 'None' && spec['dnsConfig'] === undefined)
    errors.required('spec.dnsConfig', 'must provide `dnsConfig` when `dnsPolicy` is None');
  else if (text(spec, 'dnsPolicy') === 'None' && addresses.length === 0)
    errors.required(
      'spec.dnsConfig.nameservers',
      'must provide at least one DNS nameserver when `dnsPolicy` is None',
    );
  if (addresses.length > mostNameservers)
    errors.invalid(
      'spec.dnsConfig.nameservers',
      addresses,
      `must not have more than ${mostNameservers} nameservers`,
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
