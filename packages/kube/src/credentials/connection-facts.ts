/**
 * Everything needed to open a connection to one API server as one identity; plain JSON. Holds secrets: never log it.
 * PEM texts, not file names, except {@link ConnectionFacts.tokenFile}, which is read again as it rotates.
 */
export interface ConnectionFacts {
  /** Origin of the API server with an optional path prefix, no trailing slash. */
  readonly server: string;
  /** Certificates that may sign the server's, PEM. Absent: those that Node trusts. */
  readonly ca?: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly token?: string;
  /** Where the current token stands; wins over {@link ConnectionFacts.token}, as in client-go. */
  readonly tokenFile?: string;
  /** Milliseconds since the epoch after which the credential is no longer accepted. */
  readonly expiresAt?: number;
  /** The namespace that the kubeconfig context or the service account names. */
  readonly namespace?: string;
  /** Where this came from, for messages: `host`, `in-cluster`, or the kubeconfig and its context. */
  readonly source: string;
  readonly insecureSkipTlsVerify?: boolean;
  /** Name to expect in the server's certificate instead of the host name. */
  readonly tlsServerName?: string;
  /** HTTP proxy in front of the server. */
  readonly proxyUrl?: string;
  /** User to act as (`Impersonate-User`). */
  readonly impersonateUser?: string;
}

/** Environment variables, passed in by the caller: nothing in this package reads `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Address and credentials written down in the configuration. */
export interface ExplicitRequest {
  readonly kind: 'explicit';
  readonly host: string;
  readonly bearerToken?: string;
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly insecureSkipTlsVerify?: boolean;
}

/** The service account that Kubernetes mounts into a pod. */
export interface InClusterRequest {
  readonly kind: 'in-cluster';
  readonly env: Environment;
  /** Folder with `token`, `ca.crt` and `namespace`; the place where Kubernetes mounts it by default. */
  readonly serviceAccountDirectory?: string;
}

/** A kubeconfig: a file, or the default ones (`KUBECONFIG`, then `~/.kube/config`). */
export interface KubeconfigRequest {
  readonly kind: 'kubeconfig';
  readonly env: Environment;
  readonly file?: string;
  /** The current context when absent. */
  readonly context?: string;
}

/** In-cluster where that is available, else the kubeconfig: GitLab Runner's order when `host` is empty. */
export interface AutoRequest {
  readonly kind: 'auto';
  readonly env: Environment;
  readonly serviceAccountDirectory?: string;
  readonly context?: string;
}

/** How to find the API server and who we are there. */
export type ConnectionRequest =
  | ExplicitRequest
  | InClusterRequest
  | KubeconfigRequest
  | AutoRequest;
