import {
  Server,
  ServerCredentials,
  status,
  type handleUnaryCall,
  type Metadata,
  type MethodDefinition,
} from '@grpc/grpc-js';
import { agentCalls, serviceOf, type AgentCallName } from './calls.ts';
import type { CallEnd } from './handle-call.ts';
import { openSocketFront, type SocketFront } from './socket-front.ts';

/** A call as it came. */
export interface IncomingCall {
  readonly call: AgentCallName;
  readonly bytes: Buffer;
  readonly metadata: Metadata;
  /** Aborts when the client gives the call up. */
  readonly signal: AbortSignal;
}

/** Where a server listens, and how. */
export interface GrpcFrontOptions {
  readonly tls: { readonly certificate: string; readonly key: string } | undefined;
  readonly socketPath: string | undefined;
  /** Never rejects. */
  readonly handle: (incoming: IncomingCall) => Promise<CallEnd>;
}

/** Opens a server of gRPC over connections that can be ended one by one. */
export async function openGrpcFront({
  tls,
  socketPath,
  handle,
}: GrpcFrontOptions): Promise<SocketFront> {
  const server = new Server();
  const running = new Set<Promise<void>>();
  const serve = (call: AgentCallName): handleUnaryCall<Buffer, Buffer> => {
    return (exchange, answer) => {
      const givenUp = new AbortController();
      exchange.on('cancelled', () => givenUp.abort());
      const { request: bytes, metadata } = exchange;
      const handled = handle({ call, bytes, metadata, signal: givenUp.signal }).then((end) => {
        if (end === undefined) front.reset(exchange.getPeer());
        else if ('bytes' in end) answer(null, end.bytes);
        else answer({ code: status[end.status], details: end.text });
      });
      running.add(handled);
      void handled.finally(() => running.delete(handled));
    };
  };
  for (const service of new Set(agentCalls.map(serviceOf))) {
    const calls = agentCalls.filter((call) => serviceOf(call) === service);
    server.addService(
      Object.fromEntries(calls.map((call) => [call, methodOf(service, call)])),
      Object.fromEntries(calls.map((call) => [call, serve(call)])),
    );
  }
  const injector = server.createConnectionInjector(
    tls === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(null, [
          { cert_chain: Buffer.from(tls.certificate), private_key: Buffer.from(tls.key) },
        ]),
  );
  // Calls come over connections of this front, so it is there by then.
  const front = await openSocketFront((socket) => injector.injectConnection(socket), socketPath);
  return {
    ...front,
    close: async () => {
      await front.close();
      await Promise.all(running);
      injector.destroy();
      server.forceShutdown();
    },
  };
}

/** Messages are read and written elsewhere, where it is also seen what is wrong with them. */
function methodOf(service: string, call: AgentCallName): MethodDefinition<Buffer, Buffer> {
  const same = (bytes: Buffer): Buffer => bytes;
  return {
    path: `/${service}/${call}`,
    requestStream: false,
    responseStream: false,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
}
