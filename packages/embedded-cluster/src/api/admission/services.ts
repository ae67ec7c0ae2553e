import type { JsonObject, KubeObject } from '@millrace/core';
import { record, records, text } from '../../store/json.ts';
import { serviceType } from '../../store/resource-types.ts';
import { failure } from '../../store/status.ts';
import type { Store } from '../../contracts.ts';
import type { AdmissionContext } from './context.ts';
import type { FieldErrors } from './field-errors.ts';

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

/** Fills in a service's address, ports and defaults. `clusterIP: None` stays headless. */
export function prepareService(context: AdmissionContext, sent: KubeObject): KubeObject {
  const spec = record(sent, 'spec');
  const type = text(spec, 'type') || 'ClusterIP';
  const address =
    type === 'ExternalName' ? undefined : text(spec, 'clusterIP') || freeAddress(context.store);
  const ports = records(spec, 'ports').map((port): JsonObject => ({
    ...port,
    protocol: port['protocol'] ?? 'TCP',
    targetPort: ['', 0, undefined].includes(port['targetPort'] as string | number | undefined)
      ? port['port']
      : port['targetPort'],
  }));
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

/** Checks the ports of a service. */
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
  for (const [index, port] of ports.entries()) {
    const number = port['port'];
    if (typeof number !== 'number' || number < 1 || number > 65_535)
      errors.invalid(`spec.ports[${index}].port`, number, 'must be between 1 and 65535, inclusive');
    if (ports.length > 1 && text(port, 'name') === '') errors.required(`spec.ports[${index}].name`);
  }
  const fixed = text(before, 'spec', 'clusterIP');
  if (fixed !== '' && fixed !== text(spec, 'clusterIP'))
    errors.invalid('spec.clusterIPs[0]', text(spec, 'clusterIP'), 'may not change once set');
}
