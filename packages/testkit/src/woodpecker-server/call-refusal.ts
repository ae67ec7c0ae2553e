import type { status } from '@grpc/grpc-js';

/** A status of gRPC by its name, `UNAVAILABLE`. */
export type GrpcStatus = keyof typeof status;

/** What the server says instead of an answer. */
export class CallRefusal extends Error {
  readonly status: GrpcStatus;

  constructor(code: GrpcStatus, text: string) {
    super(text);
    this.status = code;
  }
}

/** A refusal by a rule of the server, which gives its errors no code of their own. */
export const refusal = (text: string): CallRefusal => new CallRefusal('UNKNOWN', text);

/** What a Woodpecker server says of everything that is not in its database. */
export const notFound = (): CallRefusal => refusal('sql: no rows in result set');
