import { request } from 'node:https';

/** Where a raw request goes, and as whom. */
export interface ApiAddress {
  readonly server: string;
  /** PEM of the authority that signed the server's certificate. */
  readonly certificateAuthority: string;
  /** Bearer token; none asks anonymously. */
  readonly token?: string;
}

/** A request as it goes over the wire. */
export interface RawRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text is sent as it is, anything else as JSON. */
  readonly body?: unknown;
  /** The answer is a watch that is left after so many lines. */
  readonly lines?: number;
}

/** An answer, read to its end, or to the last line asked for. */
export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** Asks an API server past every client: what is sent is what is written here. */
export function rawRequest(
  { server, certificateAuthority, token }: ApiAddress,
  { method, path, headers, body, lines = Infinity }: RawRequest,
  { signal }: { readonly signal: AbortSignal },
): Promise<RawResponse> {
  const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request(
      `${server}${path}`,
      {
        method,
        ca: certificateAuthority,
        agent: false,
        signal,
        headers: {
          accept: 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(text === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
          ...headers,
        },
      },
      (response) => {
        const { statusCode = 0, headers: answered } = response;
        let read = '';
        response
          .setEncoding('utf8')
          .on('data', (chunk: string) => {
            read += chunk;
            const whole = read.split('\n').slice(0, -1);
            if (whole.length < lines) return;
            resolve({
              status: statusCode,
              headers: answered,
              text: `${whole.slice(0, lines).join('\n')}\n`,
            });
            response.destroy();
          })
          .once('error', reject)
          .once('end', () => resolve({ status: statusCode, headers: answered, text: read }));
      },
    );
    sent.once('error', reject).end(text);
  });
}
