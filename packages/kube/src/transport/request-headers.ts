import type { CurrentCredential } from './credential.ts';

/** Every header we ever send with a call for objects, in one place; lower case, each once. */
export function requestHeaders(
  userAgent: string,
  credential: CurrentCredential,
  contentType?: string,
): Record<string, string> {
  return {
    ...sessionHeaders(userAgent, credential),
    accept: 'application/json',
    ...(contentType !== undefined && { 'content-type': contentType }),
  };
}

/**
 * Headers with which a session is opened. They go on to the kubelet, which has no representation of anything: with
 * `Accept: application/json` it answers 406 (seen with Kubernetes 1.36).
 */
export function sessionHeaders(
  userAgent: string,
  { token, facts }: CurrentCredential,
): Record<string, string> {
  return {
    'user-agent': userAgent,
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(facts.impersonateUser !== undefined && { 'impersonate-user': facts.impersonateUser }),
  };
}
