import type { DecodedReply } from '../calls/reply.ts';

/** A reply as the pure tables get it. */
export function reply(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body?: DecodedReply['body'],
): DecodedReply {
  return {
    status,
    headers,
    body,
    text: String(status),
    error: undefined,
    correlationId: 'c0ffee',
    retried: false,
  };
}
