export { connect, type KubeConnection } from './connect.ts';
export type {
  AutoRequest,
  ConnectionFacts,
  ConnectionRequest,
  Environment,
  ExplicitRequest,
  InClusterRequest,
  KubeconfigRequest,
} from './credentials/connection-facts.ts';
export { resolveConnection } from './credentials/resolve-connection.ts';
export type { RequestCounts } from './transport/counters.ts';
export type { RefreshFacts } from './transport/credential.ts';
export type { ConnectionLimits, ConnectOptions } from './transport/settings.ts';
export { withToken } from './with-token.ts';
