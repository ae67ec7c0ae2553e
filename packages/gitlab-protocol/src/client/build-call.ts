import type { ApiCall } from '../calls/send-call.ts';

/** A call with a JSON body. */
export function jsonCall(call: {
  readonly method: 'DELETE' | 'POST' | 'PUT';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** `null` is sent as such. */
  readonly body: unknown;
  readonly secrets: readonly string[];
  /** Status of the answer that carries JSON, where one is wanted. */
  readonly decodes?: number;
  readonly endpoint?: NonNullable<ApiCall['endpoint']>;
}): ApiCall {
  const { method, url, headers, body, secrets, decodes, endpoint } = call;
  return {
    request: {
      method,
      url,
      headers: {
        'content-type': 'application/json',
        ...(decodes === undefined ? {} : { accept: 'application/json' }),
        ...headers,
      },
      body: Buffer.from(JSON.stringify(body)),
    },
    secrets,
    ...(decodes === undefined ? {} : { decodes }),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}
