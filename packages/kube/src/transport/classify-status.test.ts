import { describe, expect, it } from 'vitest';
import { classifyStatus } from './classify-status.ts';

const call = { verb: 'create', resource: 'pods', name: 'build-1' };

function classify(httpStatus: number, reason: string, message: string) {
  const body = JSON.stringify({ kind: 'Status', status: 'Failure', reason, message });
  return classifyStatus(call, { httpStatus, body });
}

describe('an answer of the API server', () => {
  it.each([
    [404, 'NotFound', 'pods "x" not found', 'api_not_found', 'never'],
    [409, 'AlreadyExists', 'pods "x" already exists', 'api_already_exists', 'never'],
    [409, 'Conflict', 'the object has been modified', 'api_conflict', 'never'],
    [
      409,
      'Conflict',
      'Operation cannot be fulfilled on resourcequotas "q"',
      'api_conflict',
      'operation',
    ],
    [403, 'Forbidden', 'User "u" cannot create resource "pods"', 'api_forbidden', 'never'],
    [
      403,
      'Forbidden',
      'pods "x" is forbidden: exceeded quota: q, requested: cpu=2',
      'quota_exceeded',
      'job',
    ],
    [
      403,
      'Forbidden',
      'pods "x" is forbidden: failed quota: q: must specify limits.cpu for: build',
      'quota_exceeded',
      'never',
    ],
    [
      403,
      'Forbidden',
      'pods "x" is forbidden: violates PodSecurity "restricted:latest": …',
      'pod_security_violation',
      'never',
    ],
    [
      403,
      'Forbidden',
      'pods "x" is forbidden: error looking up service account ci/sa: not found',
      'service_account_not_found',
      'never',
    ],
    [
      403,
      'Forbidden',
      'unable to create new content in namespace ci because it is being terminated',
      'namespace_terminating',
      'job',
    ],
    [400, 'BadRequest', 'admission webhook "a.b" denied the request: no', 'api_rejected', 'never'],
    [
      500,
      'InternalError',
      'Internal error occurred: failed calling webhook "a.b"',
      'api_unavailable',
      'operation',
    ],
    [
      500,
      'InternalError',
      'error dialing backend: dial tcp 10.0.0.1:10250',
      'api_unavailable',
      'operation',
    ],
    [
      422,
      'Invalid',
      'Pod "x" is invalid: spec.containers: Required value',
      'api_rejected',
      'never',
    ],
    [401, 'Unauthorized', 'Unauthorized', 'api_unauthorized', 'never'],
    [410, 'Expired', 'too old resource version', 'api_expired', 'never'],
    [504, 'Timeout', 'Too large resource version: 9, current: 1', 'api_expired', 'never'],
    [429, 'TooManyRequests', 'too many requests', 'api_overloaded', 'operation'],
    [500, 'InternalError', 'etcdserver: request timed out', 'api_unavailable', 'operation'],
    [500, 'ServerTimeout', 'the server was unable to respond', 'api_unavailable', 'operation'],
    [504, 'Timeout', 'request did not complete', 'api_unavailable', 'operation'],
    [503, 'ServiceUnavailable', 'apiserver is shutting down', 'api_unavailable', 'operation'],
    [
      400,
      'BadRequest',
      'container "build" in pod "x" is waiting to start: ContainerCreating',
      'container_not_started',
      'operation',
    ],
    [418, '', 'a teapot', 'api_rejected', 'never'],
    [599, '', 'unheard of', 'api_rejected', 'operation'],
  ])('%i %s "%s" is %s, retry %s', (code, reason, message, expected, retry) => {
    expect(classify(code, reason, message)).toMatchObject({ reason: expected, retry });
  });

  it('about a session says both rights that sessions need', () => {
    const message = 'pods "x" is forbidden: ';
    const body = JSON.stringify({ kind: 'Status', reason: 'Forbidden', message });
    const error = classifyStatus({ ...call, resource: 'pods/exec' }, { httpStatus: 403, body });
    expect(error.reason).toBe('api_forbidden');
    expect(error.hint).toContain('get and create on pods/exec');
  });

  it('is repeated in full in the details, with its causes', () => {
    const status = {
      kind: 'Status',
      reason: 'Invalid',
      message: 'no',
      details: { causes: [{ field: 'spec.containers[0].image', reason: 'FieldValueRequired' }] },
    };
    const error = classifyStatus(call, { httpStatus: 422, body: JSON.stringify(status) });
    expect(error.details['status']).toEqual(status);
    expect(error.message).toBe('create pods "build-1": no (422 Invalid)');
  });
});

describe('an answer of something else', () => {
  it.each([
    [
      'a page',
      503,
      '<html><style>b{}</style><b>Service\nUnavailable</b></html>',
      'Service Unavailable',
    ],
    ['plain text', 404, '404 page not found\n', '404 page not found'],
    ['nothing', 500, '', 'the answer has no text'],
    ['JSON that is not a Status', 400, '{"error":"x"}', '{"error":"x"}'],
  ])('%s is quoted without its tags', (_what, httpStatus, body, expected) => {
    const error = classifyStatus(call, { httpStatus, body });
    expect(error.message).toBe(`create pods "build-1": ${expected} (${httpStatus})`);
  });
});
