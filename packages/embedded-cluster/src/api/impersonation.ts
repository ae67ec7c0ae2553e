import type { IncomingMessage } from 'node:http';
import { badRequest } from '../store/status.ts';
import {
  accessRefused,
  type AccessAttributes,
  type Authorizer,
  type Identity,
} from './authorization.ts';
import { attributesOf } from './request-attributes.ts';
import type { RequestInfo } from './request-info.ts';

const list = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined
    ? []
    : typeof value === 'string'
      ? value.split(',').map((item) => item.trim())
      : value;

/**
 * The identity a request acts as: its own, or the one its `Impersonate-*` headers name (`kubectl --as`).
 * @param info - what is asked for, of which the refusal tells
 * @throws ApiStatusError Forbidden without the right to impersonate; BadRequest without a user
 */
export function actingIdentity(
  request: IncomingMessage,
  info: RequestInfo | undefined,
  identity: Identity,
  authorizer: Authorizer,
): Identity {
  const { headers } = request;
  const user = headers['impersonate-user'];
  const groups = list(headers['impersonate-group']);
  const uid = headers['impersonate-uid'];
  const extra = extraOf(request);
  if (user === undefined && groups.length === 0 && uid === undefined && extra.length === 0)
    return identity;
  if (typeof user !== 'string')
    throw badRequest(
      `requested &user.DefaultInfo{Name:"", UID:${JSON.stringify(uid ?? '')}, Groups:${goList(groups)}, Extra:${goExtra(extra)}} without impersonating a user name`,
    );
  const wanted: readonly AccessAttributes[] = [
    { verb: 'impersonate', resource: 'users', name: user },
    ...groups.map((name) => ({ verb: 'impersonate', resource: 'groups', name })),
    ...(uid === undefined ? [] : [{ ...authentication, resource: 'uids', name: String(uid) }]),
    ...extra.flatMap(([key, values]) =>
      values.map((name) => ({ ...authentication, resource: 'userextras', subresource: key, name })),
    ),
  ];
  const refused = wanted.find((attributes) => !authorizer.decide(identity, attributes).allowed);
  if (refused !== undefined) throw accessRefused(identity, constrained(user, info) ?? refused);
  return {
    name: user,
    groups: [...groups, ...accountGroups(user), 'system:authenticated'],
    ...(uid === undefined ? {} : { uid: String(uid) }),
    ...(extra.length === 0 ? {} : { extra: Object.fromEntries(extra) }),
  };
}

const authentication = { verb: 'impersonate', group: 'authentication.k8s.io' };
const extraPrefix = 'impersonate-extra-';

/** Keys are written in percent signs where a header could not have them. */
function extraOf({ headers }: IncomingMessage): readonly (readonly [string, readonly string[]])[] {
  return Object.entries(headers)
    .filter(([name]) => name.startsWith(extraPrefix))
    .map(([name, value]) => [decodeURIComponent(name.slice(extraPrefix.length)), list(value)]);
}

const goList = (values: readonly string[]): string =>
  `[]string{${values.map((value) => JSON.stringify(value)).join(', ')}}`;

const goExtra = (extra: readonly (readonly [string, readonly string[]])[]): string =>
  extra.length === 0
    ? 'map[string][]string(nil)'
    : `map[string][]string{${extra.map(([key, values]) => `${JSON.stringify(key)}:${goList(values)}`).join(', ')}}`;

/** Since 1.36 it is refused as the last thing that was tried: this request, on behalf of that kind of user. */
function constrained(user: string, info: RequestInfo | undefined): AccessAttributes | undefined {
  if (info === undefined) return undefined;
  const attributes = attributesOf(info);
  const kind = accountGroups(user).length === 0 ? 'user-info' : 'serviceaccount';
  return { ...attributes, verb: `impersonate-on:${kind}:${attributes.verb}` };
}

/** Service accounts belong to groups by their name. */
function accountGroups(user: string): readonly string[] {
  const namespace = /^system:serviceaccount:(?<namespace>[^:]+):[^:]+$/u.exec(user)?.groups?.[
    'namespace'
  ];
  return namespace === undefined
    ? []
    : ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
}
