import type { JsonValue, KubeObject, ResourceType } from '@millrace/core';
import { isArray, isObject, memberOf } from './json-values.ts';
import { selectorError } from './label-selector.ts';

/** One condition of a field selector. */
export interface FieldRequirement {
  /** Dotted path, such as `status.phase`. */
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** All conditions must hold; without any, everything is selected. */
export type FieldSelector = readonly FieldRequirement[];

/**
 * Reads a field selector: `field=value`, `field==value`, `field!=value`, joined by commas; `\` before a comma, an equals
 * sign or itself takes it literally in values.
 * @throws RunnerError `MILLRACE_E_SELECTOR` with Kubernetes' words
 */
export function parseFieldSelector(text: string): FieldSelector {
  return splitTerms(text)
    .filter((term) => term !== '')
    .map((term) => {
      const match = /^([^=!]*)(!=|==|=)(.*)$/su.exec(term);
      if (match === null)
        throw selectorError(`invalid selector: '${text}'; can't understand '${term}'`);
      const [, field = '', operator = '', value = ''] = match;
      return { field, operator: operator === '!=' ? '!=' : '=', value: unescapeValue(value) };
    });
}

/** Fields besides `metadata.name` and `metadata.namespace` that the API server can select by. */
const selectable: Readonly<Record<string, readonly string[]>> = {
  pods: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.podIPs',
    'status.nominatedNodeName',
  ],
  events: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  secrets: ['type'],
  services: ['spec.clusterIP', 'spec.type'],
  namespaces: ['status.phase'],
  nodes: ['spec.unschedulable'],
};

/** Fields that read as something else than the empty text when an object lacks them. */
const defaults: Readonly<Record<string, string>> = {
  'spec.hostNetwork': 'false',
  'spec.unschedulable': 'false',
};

/**
 * Refuses a field that the API server cannot select by.
 * @throws RunnerError `MILLRACE_E_SELECTOR`, worded as for the resource in question
 */
export function checkSelectableFields(selector: FieldSelector, type: ResourceType): void {
  const own = selectable[type.plural];
  const known = ['metadata.name', 'metadata.namespace', ...(own ?? [])];
  for (const { field, value } of selector) {
    // A term that says nothing is no term.
    if (known.includes(field) || (field === '' && value === '')) continue;
    throw selectorError(
      own === undefined
        ? `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`
        : `field label not supported: ${field}`,
    );
  }
}

/** Whether an object fulfils a field selector. A field that is not there reads as the empty text. */
export function matchesFields(selector: FieldSelector, object: KubeObject): boolean {
  return selector.every(
    ({ field, operator, value }) => (readField(object, field) === value) === (operator === '='),
  );
}

function readField(object: KubeObject, field: string): string {
  // An event's source is an object; the selector means the component in it, which newer events name elsewhere.
  if (field === 'source') {
    return readField(object, 'source.component') || readField(object, 'reportingComponent');
  }
  if (field === 'status.podIPs') return addressesOf(object).join(',');
  let value: JsonValue | undefined = object;
  for (const key of field.split('.')) value = isObject(value) ? memberOf(value, key) : undefined;
  if (value === undefined || value === null || typeof value === 'object')
    return defaults[field] ?? '';
  return String(value);
}

function addressesOf(pod: KubeObject): readonly string[] {
  const status = pod['status'];
  const addresses = isObject(status) ? memberOf(status, 'podIPs') : undefined;
  if (!isArray(addresses)) return [];
  return addresses.map((item) => {
    const address = isObject(item) ? memberOf(item, 'ip') : undefined;
    return typeof address === 'string' ? address : '';
  });
}

function splitTerms(text: string): readonly string[] {
  return text.match(/(?:\\.|[^,\\]|\\$)+/gsu) ?? [];
}

function unescapeValue(value: string): string {
  if (/(?<!\\)(?:\\\\)*(?:\\(?![\\,=])|=)/u.test(value))
    throw selectorError(
      `invalid field selector: invalid escape sequence: ${/\\(?![\\,=]).?/su.exec(value)?.[0] ?? value}`,
    );
  return value.replaceAll(/\\([\\,=])/gu, '$1');
}
