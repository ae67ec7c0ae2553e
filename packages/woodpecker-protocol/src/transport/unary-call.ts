import { Metadata, type Client, type ServiceError } from '@grpc/grpc-js';
import {
  create,
  fromBinary,
  toBinary,
  type DescMessage,
  type DescMethodUnary,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import { callError, statusName } from './call-error.ts';

/** One call of a method. */
export interface UnaryCall<I extends DescMessage, O extends DescMessage> {
  readonly method: DescMethodUnary<I, O>;
  readonly request: MessageInitShape<I>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * Calls once. Aborting ends the call on the wire too.
 * @throws RunnerError `MILLRACE_E_WOODPECKER_CALL` with the status in its details, or the signal's reason
 */
export function callOnce<I extends DescMessage, O extends DescMessage>(
  client: Client,
  { method, request, metadata, signal }: UnaryCall<I, O>,
): Promise<MessageShape<O>> {
  signal.throwIfAborted();
  const sent = new Metadata();
  for (const [key, value] of Object.entries(metadata)) sent.set(key, value);
  return new Promise((resolve, reject) => {
    const call = client.makeUnaryRequest<MessageShape<I>, MessageShape<O>>(
      `/${method.parent.typeName}/${method.name}`,
      (message) => Buffer.from(toBinary(method.input, message)),
      (bytes) => fromBinary(method.output, bytes),
      create(method.input, request),
      sent,
      (error: ServiceError | null, answer?: MessageShape<O>) => {
        signal.removeEventListener('abort', cancel);
        if (signal.aborted) reject(signal.reason as Error);
        else if (error !== null)
          reject(callError(method.name, statusName(error.code), error.details));
        else if (answer === undefined)
          reject(callError(method.name, 'INTERNAL', 'the server sent no answer'));
        else resolve(answer);
      },
    );
    const cancel = (): void => call.cancel();
    signal.addEventListener('abort', cancel, { once: true });
  });
}
