import { expect, it } from 'vitest';
import { classifyNetwork } from './classify-network.ts';

function withCode(code: string): Error {
  return Object.assign(new Error('x'), { code });
}

it.each([
  [withCode('ECONNREFUSED'), 'nothing listens', 'operation', false],
  [new AggregateError([withCode('ECONNREFUSED')]), 'nothing listens', 'operation', false],
  [withCode('ENOTFOUND'), 'host name is not known', 'operation', false],
  [withCode('UND_ERR_CONNECT_TIMEOUT'), 'no connection within', 'operation', false],
  [withCode('SELF_SIGNED_CERT_IN_CHAIN'), 'not signed by an authority', 'never', false],
  [withCode('CERT_HAS_EXPIRED'), 'not valid now', 'never', false],
  [withCode('ERR_TLS_CERT_ALTNAME_INVALID'), 'for another name', 'never', false],
  [withCode('ERR_SSL_WRONG_VERSION_NUMBER'), 'TLS could not be agreed', 'never', false],
  [withCode('HPE_INVALID_CONSTANT'), 'not HTTP', 'never', false],
  [withCode('UND_ERR_SOCKET'), 'connection was lost', 'operation', true],
  [new Error('?', { cause: withCode('ECONNRESET') }), 'connection was lost', 'operation', true],
])('%s: %s', (cause, says, retry, processed) => {
  const error = classifyNetwork('https://api:6443', 'get pods', cause);
  expect(error.message).toContain(`get pods: cannot reach https://api:6443: `);
  expect(error.message).toContain(says);
  expect(error).toMatchObject({ reason: 'api_unreachable', retry });
  expect(error.details['processed']).toBe(processed);
  expect(error.hint).not.toBe('');
});
