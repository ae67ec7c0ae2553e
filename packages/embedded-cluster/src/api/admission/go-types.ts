import type { JsonValue } from '@millrace/core';
import { elementOf, type FieldSpec } from '@millrace/kube-objects';
import { isRecord } from '../../store/json.ts';

/** A JSON value in the messages of Go's decoder, which shows a number that does not fit. */
export function shown(value: JsonValue, spec: FieldSpec): string {
  if (Array.isArray(value)) return 'array';
  if (isRecord(value)) return 'object';
  if (typeof value === 'boolean') return 'bool';
  const whole = spec.type === 'int32' || spec.type === 'int64';
  return typeof value === 'number' && whole ? `number ${value}` : typeof value;
}

/** Words that have a type of their own, by the object that has the field. */
const words: Readonly<Record<string, string>> = {
  'PodSpec.restartPolicy': 'v1.RestartPolicy',
  'PodSpec.dnsPolicy': 'v1.DNSPolicy',
  'Container.imagePullPolicy': 'v1.PullPolicy',
  'Container.terminationMessagePolicy': 'v1.TerminationMessagePolicy',
  'ContainerPort.protocol': 'v1.Protocol',
  'PodStatus.phase': 'v1.PodPhase',
  'Secret.type': 'v1.SecretType',
  'ServiceSpec.type': 'v1.ServiceType',
};

/** The Go type of a field, as the messages have it. */
export function goTypeAt(owner: string, path: string, spec: FieldSpec): string {
  const field =
    path
      .split('.')
      .at(-1)
      ?.replaceAll(/\[\d+\]/gu, '') ?? '';
  return words[`${owner}.${field}`] ?? goType(spec);
}

function goType(spec: FieldSpec): string {
  const element = elementOf(spec);
  switch (spec.type) {
    case 'list':
      return `[]${element === undefined ? '' : goType(element)}`;
    case 'map':
      return element === undefined ? 'map' : `map[string]${goType(element)}`;
    case 'object':
      return `v1.${spec.of ?? ''}`;
    case 'number':
      return 'float64';
    case 'boolean':
      return 'bool';
    case 'quantity':
      return 'resource.Quantity';
    case 'intOrString':
      return 'intstr.IntOrString';
    case 'time':
      return 'v1.Time';
    case 'any':
      return 'interface {}';
    case 'string':
    case 'int32':
    case 'int64':
      return spec.type;
  }
}
