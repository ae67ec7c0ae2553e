import { getCACertificates } from 'node:tls';
import {
  Client,
  connectivityState,
  credentials,
  type ChannelCredentials,
  type ChannelOptions,
} from '@grpc/grpc-js';
import { serverAddress } from './server-address.ts';

/** How the server is reached. */
export interface ChannelSettings {
  /** `host:port` or `unix://path`. */
  readonly server: string;
  readonly secure: boolean;
  /** Whether the server's certificate counts as good whoever signed it. */
  readonly skipVerify: boolean;
  /** PEM of the authorities to trust; by default the system's. */
  readonly authorities?: string;
  /** Milliseconds without traffic after which a call in progress is pinged; undefined: never. */
  readonly keepaliveTime?: number | undefined;
  /** Milliseconds that an answer to a ping may take. */
  readonly keepaliveTimeout?: number | undefined;
}

/** One connection to the server; it opens with the first call. */
export interface Channel {
  readonly client: Client;
  /** Whether a call has a chance now; asks an idle connection to open. */
  readonly isConnected: () => boolean;
  readonly close: () => void;
}

/**
 * Opens a channel lazily.
 * @throws RunnerError `MILLRACE_E_WOODPECKER_ADDRESS`
 */
export function openChannel(settings: ChannelSettings): Channel {
  const client = new Client(
    serverAddress(settings.server),
    credentialsOf(settings),
    optionsOf(settings),
  );
  return {
    client,
    isConnected: () => {
      const state = client.getChannel().getConnectivityState(true);
      return state === connectivityState.READY || state === connectivityState.IDLE;
    },
    close: () => client.close(),
  };
}

function credentialsOf({ secure, skipVerify, authorities }: ChannelSettings): ChannelCredentials {
  if (!secure) return credentials.createInsecure();
  const roots = authorities ?? systemAuthorities();
  return credentials.createSsl(Buffer.from(roots), null, null, {
    rejectUnauthorized: !skipVerify,
    ...(skipVerify ? { checkServerIdentity: () => undefined } : {}),
  });
}

/** The machine's own authorities and those of Node; `SSL_CERT_FILE` names a file with others, as everywhere. */
const systemAuthorities = (): string =>
  [...getCACertificates('default'), ...getCACertificates('system')].join('\n');

/** The library's own waits between two attempts to connect double up to two minutes; a server is back sooner. */
const reconnect = { initial: 1_000, longest: 10_000 };

function optionsOf({ keepaliveTime, keepaliveTimeout }: ChannelSettings): ChannelOptions {
  return {
    'grpc.initial_reconnect_backoff_ms': reconnect.initial,
    'grpc.min_reconnect_backoff_ms': reconnect.initial,
    'grpc.max_reconnect_backoff_ms': reconnect.longest,
    // Retries are decided here, by the table of the protocol.
    'grpc.enable_retries': 0,
    // Two channels to one server stay two: the one for authentication has no part in what happens to the other.
    'grpc.use_local_subchannel_pool': 1,
    ...(keepaliveTime === undefined ? {} : { 'grpc.keepalive_time_ms': keepaliveTime }),
    ...(keepaliveTime === undefined || keepaliveTimeout === undefined
      ? {}
      : { 'grpc.keepalive_timeout_ms': keepaliveTimeout }),
  };
}
