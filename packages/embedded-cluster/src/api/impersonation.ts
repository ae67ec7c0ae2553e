import type { IncomingMessage } from 'node:http';
import { badRequest } from '../store/status.ts';
import {
  accessRefused,
  type AccessAttributes,
  type Authorizer,
  type Identity,
} from './authorization.ts';

const list = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined
    ? []
    : typeof value === 'string'
      ? value.split(',').map((item) => item.trim())
      : value;

/**
 * The identity a request acts as: its own, or the one its `Impersonate-*` headers name (`kubectl --as`).
 * @throws ApiStatusError Forbidden without the right to impersonate; BadRequest for headers that are not supported
 */
export function actingIdentity(
  request: IncomingMessage,
  identity: Identity,
  authorizer: Authorizer,
): Identity {
  const { headers } = request;
  const user = headers['impersonate-user'];
  const groups = list(headers['impersonate-group']);
  const other = Object.keys(headers).find(
    (name) => name === 'impersonate-uid' || name.startsWith('impersonate-extra-'),
  );
  if (other !== undefined) throw badRequest(`header ${other} is not supported`);
  if (user === undefined && groups.length === 0) return identity;
  if (typeof user !== 'string')
    throw badRequest(`requested [${groups.join(' ')}] without impersonating a user`);
  const wanted: readonly AccessAttributes[] = [
    { verb: 'impersonate', resource: 'users', name: user },
    ...groups.map((name) => ({ verb: 'impersonate', resource: 'groups', name })),
  ];
  const refused = wanted.find((attributes) => !authorizer.decide(identity, attributes).allowed);
  if (refused !== undefined) throw accessRefused(identity, refused);
  return { name: user, groups: [...groups, ...accountGroups(user), 'system:authenticated'] };
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
