import { Client, credentials, Metadata, status } from '@grpc/grpc-js';
import type { GrpcStatus } from './call-refusal.ts';
import {
  messagesOf,
  serviceOf,
  type AgentCallName,
  type RequestOf,
  type ResponseOf,
} from './calls.ts';
import type { MessageName } from './wire/message-fields.ts';
import { readMessage } from './wire/read-message.ts';
import { writeMessage } from './wire/write-message.ts';

/** How a call ended. */
export interface RawAnswer<Call extends AgentCallName> {
  readonly code: GrpcStatus;
  readonly text: string;
  readonly response: ResponseOf<Call>;
}

/** What a call carries besides its request. */
export interface RawOptions {
  readonly metadata?: Readonly<Record<string, string>>;
  /** Milliseconds after which the client gives the call up. */
  readonly deadline?: number;
  readonly signal?: AbortSignal;
  /** In the place of the request. */
  readonly bytes?: Buffer;
}

/** A client without rules of its own. */
export interface RawAgent {
  readonly call: <Call extends AgentCallName>(
    call: Call,
    request: Partial<RequestOf<Call>>,
    options?: RawOptions,
  ) => Promise<RawAnswer<Call>>;
  readonly close: () => void;
}

/** Connects to a server with the first call. */
export function openRawAgent(address: string): RawAgent {
  const client = new Client(address, credentials.createInsecure(), { 'grpc.enable_retries': 0 });
  return {
    call: (name, request, { metadata = {}, deadline, signal, bytes } = {}) => {
      const sent = new Metadata();
      for (const [key, value] of Object.entries(metadata)) sent.set(key, value);
      const { request: asked, response: answered } = messagesOf[name];
      return new Promise((resolve) => {
        const call = client.makeUnaryRequest<Buffer, Buffer>(
          `/${serviceOf(name)}/${name}`,
          (message) => message,
          (message) => message,
          bytes ?? writeMessage<MessageName>(asked, request),
          sent,
          deadline === undefined ? {} : { deadline: new Date(Date.now() + deadline) },
          (error, message) => {
            const read = readMessage(answered, message ?? Buffer.alloc(0), () => undefined);
            resolve({
              code: status[error?.code ?? status.OK] as GrpcStatus,
              text: error?.details ?? '',
              response: read,
            });
          },
        );
        signal?.addEventListener('abort', () => call.cancel(), { once: true });
      });
    },
    close: () => client.close(),
  };
}
