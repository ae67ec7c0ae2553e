import type { JsonObject, JsonValue, KubeObject } from '@millrace/core';
import { record, records, scalarText, stringMap, text } from '../../store/json.ts';
import { serviceType } from '../../store/resource-types.ts';
import { failure } from '../../store/status.ts';
import type { Store } from '../../contracts.ts';
import type { AdmissionContext } from './context.ts';
import type { FieldErrors } from './field-errors.ts';
import { checkHostLabel, checkLabels } from './names.ts';

/** Service addresses come from 10.96.0.0/16; the first belongs to the API server. */
function freeAddress(store: Store): string {
  const taken = new Set(
    store.list(serviceType).map((service) => text(service, 'spec', 'clusterIP')),
  );
  for (let index = 10; index < 65_535; index += 1) {
    const address = `10.96.${index >> 8}.${index & 255}`;
    if (!taken.has(address)) return address;
  }
  throw failure(
    500,
    'InternalError',
    'Internal error occurred: failed to allocate a serviceIP: range is full',
  );
}

const isUnset = (port: JsonValue | undefined): boolean =>
  port === undefined || port === 0 || port === '';

const withPortDefaults = (spec: JsonObject): readonly JsonObject[] =>
  records(spec, 'ports').map((port) => ({
    ...port,
    protocol: port['protocol'] ?? 'TCP',
    // Neither a number nor a name: the port itself.
    targetPort: isUnset(port['targetPort']) ? port['port'] : port['targetPort'],
  }));

/** What the server has filled in stays when a client leaves it out. */
export function updateService(
  _context: AdmissionContext,
  before: KubeObject,
  after: KubeObject,
): KubeObject {
  const spec: JsonObject = { ...record(before, 'spec'), ...record(after, 'spec') };
  const ports = withPortDefaults(spec);
  return { ...after, spec: { ...spec, ...(ports.length === 0 ? {} : { ports }) } };
}

/** Fills in a service's address, ports and defaults. `clusterIP: None` stays headless. */
export function prepareService(context: AdmissionContext, sent: KubeObject): KubeObject {
  const spec = record(sent, 'spec');
  const type = text(spec, 'type') || 'ClusterIP';
  const address =
    type === 'ExternalName' ? undefined : text(spec, 'clusterIP') || freeAddress(context.store);
  const ports = withPortDefaults(spec);
  return {
    ...sent,
    spec: {
      sessionAffinity: 'None',
      ...spec,
      type,
      ...(ports.length === 0 ? {} : { ports }),
      ...(address === undefined
        ? {}
        : {
            clusterIP: address,
            clusterIPs: [address],
            ipFamilies: ['IPv4'],
            ipFamilyPolicy: 'SingleStack',
            internalTrafficPolicy: 'Cluster',
          }),
    },
    status: { loadBalancer: {} },
  };
}

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const protocols = ['SCTP', 'TCP', 'UDP'];

/** Checks type, selector and ports of a service. */
export function validateService(
  errors: FieldErrors,
  service: KubeObject,
  before?: KubeObject,
): void {
  const spec = record(service, 'spec');
  const ports = records(spec, 'ports');
  if (
    ports.length === 0 &&
    text(spec, 'clusterIP') !== 'None' &&
    text(spec, 'type') !== 'ExternalName'
  )
    errors.required('spec.ports');
  checkPorts(errors, ports);
  checkLabels(errors, 'spec.selector', stringMap(spec, 'selector'));
  const type = text(spec, 'type');
  if (!types.includes(type)) errors.unsupported('spec.type', type, types);
  const fixed = text(before, 'spec', 'clusterIP');
  if (fixed !== '' && fixed !== text(spec, 'clusterIP'))
    errors.invalid('spec.clusterIPs[0]', [text(spec, 'clusterIP')], 'may not change once set');
}

const isPort = (value: unknown): boolean =>
  typeof value === 'number' && value >= 1 && value <= 65_535;
const outOfRange = 'must be between 1 and 65535, inclusive';

function checkPorts(errors: FieldErrors, ports: readonly JsonObject[]): void {
  const [names, seen] = [new Set<string>(), new Set<string>()];
  for (const [index, port] of ports.entries()) {
    const field = `spec.ports[${index}]`;
    const name = text(port, 'name');
    if (name === '' && ports.length > 1) errors.required(`${field}.name`);
    else if (name !== '') {
      checkHostLabel(errors, `${field}.name`, name);
      if (names.has(name)) errors.duplicate(`${field}.name`, name);
      names.add(name);
    }
    if (!isPort(port['port'])) errors.invalid(`${field}.port`, port['port'], outOfRange);
    const protocol = text(port, 'protocol');
    if (!protocols.includes(protocol)) errors.unsupported(`${field}.protocol`, protocol, protocols);
    const target = port['targetPort'];
    if (typeof target === 'number' && !isPort(target))
      errors.invalid(`${field}.targetPort`, target, outOfRange);
  }
  for (const [index, port] of ports.entries()) {
    const key = `${text(port, 'protocol')}/${scalarText(port['port'])}`;
    if (seen.has(key)) errors.duplicate(`spec.ports[${index}]`, goPort(port));
    seen.add(key);
  }
}

/** What Go prints of a port that is there twice: what makes it the same, and nothing else. */
const goPort = (port: JsonObject): JsonObject => ({
  Name: '',
  Protocol: text(port, 'protocol'),
  AppProtocol: null,
  Port: port['port'],
  TargetPort: 0,
  NodePort: 0,
});
