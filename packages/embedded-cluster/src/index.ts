export {
  startEmbeddedCluster,
  type EmbeddedCluster,
  type EmbeddedClusterOptions,
} from './cluster.ts';
export type { StaticToken } from './api/authentication.ts';
export type { Interception, OpenStream, RequestInterceptor } from './api/interceptor.ts';
export type { RequestEntry, StatusDocument } from './contracts.ts';
