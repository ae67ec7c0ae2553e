import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Clock, JsonObject, JsonValue } from '@millrace/core';
import type { Store } from '../contracts.ts';
import { count, isRecord, text } from '../store/json.ts';
import { podType, serviceAccountType } from '../store/resource-types.ts';
import { notFound } from '../store/status.ts';
import { timestamp } from '../store/object-meta.ts';
import { bearerToken, type Authenticator } from './authentication.ts';

/** A token and when it ends (RFC 3339). */
export interface IssuedToken {
  readonly token: string;
  readonly expirationTimestamp: string;
}

/** What a token is asked for. With `pod`, it ends with that pod. */
export interface TokenRequest {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly expirationSeconds: number;
  readonly audiences?: readonly string[];
  readonly pod?: { readonly name: string; readonly uid: string };
}

/** Makes a token for a service account. @throws ApiStatusError NotFound when there is no such account */
export type IssueToken = (request: TokenRequest) => IssuedToken;

/** Both ends of service account tokens. */
export interface ServiceAccountTokens {
  readonly issue: IssueToken;
  readonly authenticator: Authenticator;
}

const encode = (value: JsonObject): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url');

/** JSON Web Tokens signed by a key that lives as long as this object. */
export function createServiceAccountTokens(store: Store, clock: Clock): ServiceAccountTokens {
  const key = randomBytes(32);
  const sign = (payload: string): Buffer => createHmac('sha256', key).update(payload).digest();

  const issue: IssueToken = (request) => {
    const { namespace, serviceAccount, pod } = request;
    const account = store.get({ type: serviceAccountType, namespace, name: serviceAccount });
    if (account === undefined) throw notFound(serviceAccountType, serviceAccount);
    const issued = Math.floor(clock.now() / 1000);
    const expires = issued + request.expirationSeconds;
    const payload = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({
      aud: request.audiences ?? ['https://kubernetes.default.svc.cluster.local'],
      exp: expires,
      iat: issued,
      nbf: issued,
      jti: randomUUID(),
      iss: 'https://kubernetes.default.svc.cluster.local',
      'kubernetes.io': {
        namespace,
        serviceaccount: { name: serviceAccount, uid: account.metadata.uid ?? '' },
        ...(pod === undefined ? {} : { pod: { ...pod } }),
      },
      sub: `system:serviceaccount:${namespace}:${serviceAccount}`,
    })}`;
    return {
      token: `${payload}.${sign(payload).toString('base64url')}`,
      expirationTimestamp: timestamp(expires * 1000),
    };
  };

  const claimsOf = (token: string): JsonObject | undefined => {
    const [header, body, signature, ...more] = token.split('.');
    if (header === undefined || body === undefined || signature === undefined || more.length > 0)
      return undefined;
    const expected = sign(`${header}.${body}`);
    const presented = Buffer.from(signature, 'base64url');
    if (presented.length !== expected.length || !timingSafeEqual(presented, expected))
      return undefined;
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as JsonValue;
    return isRecord(claims) ? claims : undefined;
  };

  const authenticator: Authenticator = (request) => {
    const claims = claimsOf(bearerToken(request) ?? '');
    if (claims === undefined || (count(claims, 'exp') ?? 0) * 1000 <= clock.now()) return undefined;
    const namespace = text(claims, 'kubernetes.io', 'namespace');
    const name = text(claims, 'kubernetes.io', 'serviceaccount', 'name');
    const uid = text(claims, 'kubernetes.io', 'serviceaccount', 'uid');
    const pod = text(claims, 'kubernetes.io', 'pod', 'name');
    const alive = store.get({ type: serviceAccountType, namespace, name })?.metadata.uid === uid;
    const podAlive =
      pod === '' ||
      store.get({ type: podType, namespace, name: pod })?.metadata.uid ===
        text(claims, 'kubernetes.io', 'pod', 'uid');
    if (!alive || !podAlive) return undefined;
    return {
      name: `system:serviceaccount:${namespace}:${name}`,
      uid,
      extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${text(claims, 'jti')}`] },
      groups: [
        'system:serviceaccounts',
        `system:serviceaccounts:${namespace}`,
        'system:authenticated',
      ],
    };
  };
  return { issue, authenticator };
}
