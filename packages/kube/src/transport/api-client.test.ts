import { createFakeClock } from '@millrace/async';
import type { Logger } from '@millrace/core';
import { expect, it, onTestFinished } from 'vitest';
import { startServer } from '../testing/local-server.test.helpers.ts';
import { createApiClient, type ApiClient } from './api-client.ts';
import type { ApiRequest } from './api-request.ts';

const log = (): void => undefined;
const logger: Logger = { debug: log, info: log, warn: log, error: log, child: () => logger };
const request: ApiRequest = {
  verb: 'get',
  resource: 'pods/log',
  name: 'p',
  method: 'GET',
  path: '/log',
  repeatable: 'always',
};

function clientOf(server: string): ApiClient {
  const clock = createFakeClock();
  const client = createApiClient({ server, source: 'test' }, { userAgent: 'x', clock, logger });
  onTestFinished(() => client.close());
  return client;
}

it('survives a stream that is aborted before anybody reads it', async () => {
  const server = await startServer((_request, response) => void response.write('x'));
  const controller = new AbortController();
  const body = await clientOf(server.url).open(request, { signal: controller.signal });
  const closed = new Promise((resolve) => body.once('close', resolve));
  controller.abort(new Error('canceled'));
  await closed;
  expect(body.destroyed).toBe(true);
});

it('reports what it does to the metrics', async () => {
  const server = await startServer((_request, response) => response.end('{}'));
  const counted: unknown[] = [];
  const clock = createFakeClock();
  const client = createApiClient(
    { server: server.url, source: 'test' },
    {
      userAgent: 'x',
      clock,
      logger,
      metrics: {
        count: (name, labels) => counted.push([name, labels]),
        observe: (name, value, labels) => counted.push([name, value, labels]),
      },
    },
  );
  onTestFinished(() => client.close());
  await client.call(request, { signal: new AbortController().signal });
  const labels = { verb: 'get', resource: 'pods/log' };
  expect(counted).toEqual([
    ['millrace_api_requests_total', { ...labels, code: '200' }],
    ['millrace_api_request_seconds', 0, labels],
  ]);
});
