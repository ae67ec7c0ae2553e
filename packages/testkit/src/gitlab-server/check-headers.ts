import type { Exchange } from './exchange.ts';

/** What is wrong with headers that every call has. */
export function checkHeaders(
  where: string,
  { headers }: Exchange,
  expected: { readonly contentType: string; readonly accept: boolean },
): readonly string[] {
  const faults: string[] = [];
  if (!/^[0-9a-f]{32}$/.test(String(headers['x-request-id'] ?? '')))
    faults.push(`${where}: X-Request-Id is not 32 hexadecimal digits`);
  if ((headers['user-agent'] ?? '') === '') faults.push(`${where}: User-Agent is missing`);
  if (headers['content-type'] !== expected.contentType)
    faults.push(`${where}: Content-Type is not ${expected.contentType}`);
  if ((headers.accept === 'application/json') !== expected.accept)
    faults.push(`${where}: Accept is ${headers.accept ?? 'missing'}`);
  return faults;
}
