import type { Metadata } from '@grpc/grpc-js';
import { CallRefusal } from './call-refusal.ts';
import { introductions, type AgentCallName } from './calls.ts';

/** The version of the protocol that a server accepts. */
export const acceptedProtocol = 16;

/** Metadata of a client's own, without what gRPC itself adds. */
export type OwnMetadata = Readonly<Record<string, string>>;

/** Takes the client's own out of all metadata. Pure. */
export const ownMetadata = (metadata: Metadata): OwnMetadata =>
  Object.fromEntries(
    Object.entries(metadata.getMap())
      .filter(([key]) => !/^(?:accept-encoding|content-type|grpc-.*|te|user-agent)$/u.test(key))
      .map(([key, value]) => [key, value.toString()]),
  );

/** @throws CallRefusal when the client says that it speaks another version of the protocol */
export function checkSpokenVersion({ 'proto-version': spoken }: OwnMetadata): void {
  if (spoken === undefined) return;
  if (!/^\d+$/u.test(spoken))
    throw new CallRefusal(
      'INVALID_ARGUMENT',
      `invalid gRPC proto version ${JSON.stringify(spoken)}`,
    );
  if (Number(spoken) !== acceptedProtocol)
    throw new CallRefusal(
      'FAILED_PRECONDITION',
      `agent gRPC proto version ${spoken} is incompatible with server proto version ${acceptedProtocol}`,
    );
}

/** What is too much, and what is missing, in the metadata of a call. Pure. */
export function breachesOfMetadata(call: AgentCallName, metadata: OwnMetadata): readonly string[] {
  const introduced = introductions.includes(call) ? ['hostname', 'proto-version'] : [];
  const expected = call === 'Auth' ? [] : [...introduced, 'token'];
  return [
    ...expected.filter((key) => !(key in metadata)).map((key) => `no metadata ${key}`),
    ...Object.keys(metadata)
      .filter((key) => !expected.includes(key))
      .map((key) => `metadata ${key}`),
  ];
}
