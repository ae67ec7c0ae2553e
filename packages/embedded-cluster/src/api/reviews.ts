import type { JsonObject } from '@millrace/core';
import { count, record, text, texts } from '../store/json.ts';
import { timestamp } from '../store/object-meta.ts';
import { badRequest, invalid } from '../store/status.ts';
import { collectFieldErrors } from './admission/field-errors.ts';
import { readObject } from './body.ts';
import type { Reply, ResourceExchange } from './exchange.ts';
import type { AccessAttributes } from './authorization.ts';

function attributesOf(spec: JsonObject): AccessAttributes {
  const path = record(spec, 'nonResourceAttributes');
  if (spec['nonResourceAttributes'] !== undefined)
    return { verb: text(path, 'verb'), path: text(path, 'path') };
  const resource = record(spec, 'resourceAttributes');
  return {
    verb: text(resource, 'verb'),
    group: text(resource, 'group'),
    resource: text(resource, 'resource'),
    subresource: text(resource, 'subresource'),
    namespace: text(resource, 'namespace'),
    name: text(resource, 'name'),
  };
}

/** Serves SelfSubjectAccessReview from the same authorizer that guards every request. */
export async function reviewAccess(exchange: ResourceExchange): Promise<Reply> {
  const body = await readObject(exchange.request);
  const spec = record(body, 'spec');
  checkAttributes(exchange, spec);
  const { allowed, reason } = exchange.context.authorizer.decide(
    exchange.identity,
    attributesOf(spec),
  );
  return {
    code: 201,
    body: {
      ...body,
      kind: exchange.info.type.kind,
      apiVersion: 'authorization.k8s.io/v1',
      metadata: {},
      spec,
      status: { allowed, ...(reason === '' ? {} : { reason }) },
    },
  };
}

/** A review is about one thing. The refusal does not name its kind. */
function checkAttributes({ info }: ResourceExchange, spec: JsonObject): void {
  const resource = spec['resourceAttributes'];
  const path = spec['nonResourceAttributes'];
  const errors = collectFieldErrors();
  if (resource !== undefined && path !== undefined)
    errors.invalid(
      'spec.nonResourceAttributes',
      { Path: text(path, 'path'), Verb: text(path, 'verb') },
      'cannot be specified in combination with resourceAttributes',
    );
  if (resource === undefined && path === undefined)
    errors.invalid(
      'spec.resourceAttributes',
      null,
      'exactly one of nonResourceAttributes or resourceAttributes must be specified',
    );
  if (errors.causes.length > 0)
    throw invalid({ group: info.type.group, plural: '', kind: '' }, '', errors.causes);
}

/** Serves SelfSubjectRulesReview. */
export async function reviewRules(exchange: ResourceExchange): Promise<Reply> {
  const spec = record(await readObject(exchange.request), 'spec');
  const namespace = text(spec, 'namespace');
  if (namespace === '') throw badRequest('no namespace on request');
  const rules = exchange.context.authorizer.rules(exchange.identity, namespace);
  const status = {
    resourceRules: rules.filter((rule) => texts(rule, 'resources').length > 0),
    nonResourceRules: rules.filter((rule) => texts(rule, 'nonResourceURLs').length > 0),
    incomplete: false,
  };
  return {
    code: 201,
    body: {
      kind: exchange.info.type.kind,
      apiVersion: 'authorization.k8s.io/v1',
      metadata: {},
      // A real server does not say what it was asked.
      spec: {},
      status,
    },
  };
}

/** Serves SelfSubjectReview: who am I. */
export function reviewSelf(exchange: ResourceExchange): Reply {
  const { name, groups, uid, extra } = exchange.identity;
  const userInfo = {
    username: name,
    ...(uid === undefined ? {} : { uid }),
    groups,
    ...(extra === undefined ? {} : { extra }),
  };
  return {
    code: 201,
    body: {
      kind: 'SelfSubjectReview',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { creationTimestamp: timestamp(exchange.context.clock.now()) },
      status: { userInfo },
    },
  };
}

const shortest = 600;
const longest = 2 ** 32;

/** Serves `serviceaccounts/token` (TokenRequest). */
export async function requestToken(exchange: ResourceExchange): Promise<Reply> {
  const { info, context } = exchange;
  const body = await readObject(exchange.request);
  const expirationSeconds = count(body, 'spec', 'expirationSeconds') ?? 3600;
  if (expirationSeconds < shortest || expirationSeconds > longest) {
    const message =
      expirationSeconds < shortest
        ? 'may not specify a duration less than 10 minutes'
        : 'may not specify a duration larger than 2^32 seconds';
    throw invalid(
      { group: 'authentication.k8s.io', plural: 'serviceaccounts', kind: 'TokenRequest' },
      '',
      [
        {
          reason: 'FieldValueInvalid',
          field: 'spec.expirationSeconds',
          message: `Invalid value: ${expirationSeconds}: ${message}`,
        },
      ],
    );
  }
  const audiences = texts(body, 'spec', 'audiences');
  const bound = record(body, 'spec', 'boundObjectRef');
  const issued = context.issueToken({
    namespace: info.namespace,
    serviceAccount: info.name,
    expirationSeconds,
    ...(audiences.length === 0 ? {} : { audiences }),
    ...(text(bound, 'kind') === 'Pod'
      ? { pod: { name: text(bound, 'name'), uid: text(bound, 'uid') } }
      : {}),
  });
  return {
    code: 201,
    body: {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name: info.name, namespace: info.namespace },
      spec: { ...record(body, 'spec'), expirationSeconds },
      status: { ...issued },
    },
  };
}
