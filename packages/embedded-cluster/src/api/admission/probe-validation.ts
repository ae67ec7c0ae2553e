import type { JsonObject } from '@millrace/core';
import { count, isRecord, record, text } from '../../store/json.ts';
import type { FieldErrors } from './field-errors.ts';

const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc'];
const seconds = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
];

/** Checks the probes and hooks of a container. `runsOnce` is an init container that is no sidecar: it may have none. */
export function checkProbes(
  errors: FieldErrors,
  field: string,
  container: JsonObject,
  runsOnce: boolean,
): void {
  for (const name of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe']) {
    if (!isRecord(container[name])) continue;
    const at = `${field}.${name}`;
    if (runsOnce)
      errors.forbidden(at, 'may not be set for init containers without restartPolicy=Always');
    else if (name !== 'lifecycle') checkProbe(errors, at, record(container, name), name);
    else
      for (const hook of ['postStart', 'preStop'])
        if (isRecord(record(container, name)[hook]))
          checkHandler(errors, `${at}.${hook}`, record(container, name, hook), ['sleep']);
  }
}

function checkProbe(errors: FieldErrors, field: string, probe: JsonObject, name: string): void {
  checkHandler(errors, field, probe, []);
  for (const setting of seconds) {
    const value = count(probe, setting) ?? 0;
    if (value < 0)
      errors.invalid(`${field}.${setting}`, value, 'must be greater than or equal to 0');
  }
  const threshold = count(probe, 'successThreshold') ?? 1;
  if (name !== 'readinessProbe' && threshold !== 1)
    errors.invalid(`${field}.successThreshold`, threshold, 'must be 1');
}

function checkHandler(
  errors: FieldErrors,
  field: string,
  handler: JsonObject,
  more: readonly string[],
): void {
  const [first, ...others] = [...handlers, ...more].filter((name) => isRecord(handler[name]));
  if (first === undefined) errors.required(field, 'must specify a handler type');
  for (const name of others)
    errors.forbidden(`${field}.${name}`, 'may not specify more than 1 handler type');
  if (first === 'exec' && !Array.isArray(record(handler, 'exec')['command']))
    errors.required(`${field}.exec.command`);
  if (first === 'httpGet' || first === 'tcpSocket') {
    const port = record(handler, first)['port'];
    if (typeof port === 'number' && (port < 1 || port > 65_535))
      errors.invalid(`${field}.${first}.port`, port, 'must be between 1 and 65535, inclusive');
  }
  if (first === 'httpGet' && text(handler, 'httpGet', 'path') === '')
    errors.required(`${field}.httpGet.path`);
}
