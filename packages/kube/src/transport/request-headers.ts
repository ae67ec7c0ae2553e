import type { CurrentCredential } from './credential.ts';

/** Every header we ever send, in one place; lower case, each once. */
export function requestHeaders(
  userAgent: string,
  { token, facts }: CurrentCredential,
  contentType?: string,
): Record<string, string> {
  return {
    'user-agent': userAgent,
    accept: 'application/json',
    ...(contentType !== undefined && { 'content-type': contentType }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(facts.impersonateUser !== undefined && { 'impersonate-user': facts.impersonateUser }),
  };
}
