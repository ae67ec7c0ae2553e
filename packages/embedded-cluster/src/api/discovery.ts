import type { IncomingMessage } from 'node:http';
import type { JsonObject } from '@millrace/core';
import { pathNotFound, methodNotAllowed } from '../store/status.ts';
import { aggregated, apiGroup, groupNames, resourceList } from './discovery-documents.ts';
import { presentedVersion } from '../presented-version.ts';
import type { Reply } from './exchange.ts';
import {
  openApiV2,
  openApiV2AsProtobuf,
  openApiV2Protobuf,
  openApiV3,
  openApiV3Index,
} from './openapi.ts';
import type { PathRequest } from './request-info.ts';

const version: JsonObject = {
  ...presentedVersion,
  gitCommit: '0000000000000000000000000000000000000000',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'v8',
  platform: 'node/any',
  emulationMajor: presentedVersion.major,
  emulationMinor: presentedVersion.minor,
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '35',
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
      return (request.headers.accept ?? '').includes('proto-openapi.spec.v2')
        ? { code: 200, contentType: openApiV2Protobuf, body: openApiV2AsProtobuf() }
        : json(openApiV2());
    case '/openapi/v3':
      return json(openApiV3Index());
    default:
      if (path.startsWith('/openapi/v3/'))
        return json(openApiV3(path.slice('/openapi/v3/'.length)));
      return json(resourceList(path.replace(/^\/apis?\//u, '')));
  }
}
