import type { IncomingMessage } from 'node:http';
import type { JsonObject } from '@millrace/core';
import { pathNotFound, methodNotAllowed } from '../store/status.ts';
import { aggregated, apiGroup, groupNames, resourceList } from './discovery-documents.ts';
import type { Reply } from './exchange.ts';
import { openApiV2, openApiV3, openApiV3Index } from './openapi.ts';
import type { PathRequest } from './request-info.ts';

/** The Kubernetes release whose behaviour is imitated. */
const version: JsonObject = {
  major: '1',
  minor: '34',
  gitVersion: 'v1.34.0+millrace',
  gitCommit: '0000000000000000000000000000000000000000',
  gitTreeState: 'clean',
  buildDate: '2025-08-27T10:17:43Z',
  goVersion: 'none',
  compiler: 'v8',
  platform: 'node/any',
  emulationMajor: '1',
  emulationMinor: '34',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '33',
};

const wantsAggregated = (request: IncomingMessage): boolean =>
  (request.headers.accept ?? '')
    .split(',')
    .some(
      (item) =>
        item.includes('as=APIGroupDiscoveryList') &&
        item.includes('v=v2') &&
        !item.includes('v2beta1'),
    );

/** Answers everything that is not a resource. @throws ApiStatusError NotFound or MethodNotAllowed */
export function answerPath(request: IncomingMessage, { path, verb }: PathRequest): Reply {
  if (verb !== 'get' && verb !== 'head') throw methodNotAllowed();
  const body = documentAt(request, path.replace(/\/+$/u, ''));
  if (body === undefined) throw pathNotFound();
  return body;
}

function documentAt(request: IncomingMessage, path: string): Reply | undefined {
  const json = (body: JsonObject | undefined): Reply | undefined =>
    body === undefined ? undefined : { code: 200, body };
  if (/^\/(?:healthz|livez|readyz)(?:\/|$)/u.test(path)) return { code: 200, body: 'ok' };
  const group = /^\/apis\/(?<group>[^/]+)$/u.exec(path)?.groups?.['group'];
  if (group !== undefined)
    return groupNames.includes(group)
      ? json({ kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group) })
      : undefined;
  switch (path) {
    case '':
      return json({
        paths: [
          '/api',
          '/api/v1',
          '/apis',
          ...groupNames.map((item) => `/apis/${item}`),
          '/healthz',
          '/livez',
          '/openapi/v2',
          '/openapi/v3',
          '/readyz',
          '/version',
        ],
      });
    case '/version':
      return json(version);
    case '/api':
      return wantsAggregated(request)
        ? aggregated([''])
        : json({
            kind: 'APIVersions',
            versions: ['v1'],
            serverAddressByClientCIDRs: [
              { clientCIDR: '0.0.0.0/0', serverAddress: request.headers.host ?? '' },
            ],
          });
    case '/apis':
      return wantsAggregated(request)
        ? aggregated(groupNames)
        : json({ kind: 'APIGroupList', apiVersion: 'v1', groups: groupNames.map(apiGroup) });
    case '/openapi/v2':
      return json(openApiV2());
    case '/openapi/v3':
      return json(openApiV3Index());
    default:
      if (path.startsWith('/openapi/v3/'))
        return json(openApiV3(path.slice('/openapi/v3/'.length)));
      return json(resourceList(path.replace(/^\/apis?\//u, '')));
  }
}
