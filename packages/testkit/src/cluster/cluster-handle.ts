import type { KubeObject } from '@millrace/core';
import type { KubeConnection } from '@millrace/kube';

/** A request that reached an API server. */
export interface SeenRequest {
  /** `get list watch create update patch delete deletecollection connect`. */
  readonly verb: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly upgraded: boolean;
}

/** Kinds of long-lived answers. */
export type StreamKind = 'watch' | 'log' | 'exec' | 'attach';

/** Things that go wrong, made to happen. */
export interface ClusterFaults {
  /** Ends open streams of a kind without a word; returns how many. */
  readonly cut: (kind: StreamKind, how: 'close' | 'reset') => number;
  /** Calls back whenever a stream of a kind opens. Returns the way to stop. */
  readonly onOpened: (kind: StreamKind, opened: () => void) => () => void;
  /** Answers the next requests that match with a Status instead of serving them. */
  readonly refuse: (
    match: (request: SeenRequest) => boolean,
    answer: {
      readonly code: number;
      readonly reason: string;
      readonly message: string;
      readonly times: number;
    },
  ) => void;
  /**
   * Kills a container's first process by SIGKILL, as the kernel does when memory runs out if asked so. Absent where the
   * handle has no hold of the node: such tests are left out by name.
   */
  readonly killContainer?: (
    namespace: string,
    pod: string,
    container: string,
    options?: { readonly outOfMemory?: boolean },
  ) => Promise<void>;
  /** Ends a pod as a kubelet under pressure does: phase `Failed`, reason `Evicted`. */
  readonly evict: (namespace: string, pod: string, message: string) => Promise<void>;
}

/** Image names that a suite may use. */
export interface ClusterImages {
  /** A small one with a POSIX shell and the usual tools. */
  readonly shell: string;
  /** One with bash, git, curl, tar and perl. */
  readonly tools: string;
  /** One for the helper container: what `tools` has. */
  readonly helper: string;
}

/** An image that its registry gives to nobody without a password. */
export interface ClosedImage {
  readonly image: string;
  readonly username: string;
  readonly password: string;
}

/**
 * Rights in one namespace, by resource, with its group where it has one: `{ 'pods/exec': ['get'],
 * 'poddisruptionbudgets.policy': ['create'] }`.
 */
export type Rights = Readonly<Record<string, readonly string[]>>;

/**
 * A cluster as the end-to-end suites see it: embedded or real. Images, counts and faults come from here and from
 * nowhere else, so that a suite runs on either without change.
 */
export interface ClusterHandle {
  readonly kind: 'embedded' | 'real';
  /** What the API server says it is, as `v1.36.3`. */
  readonly version: string;
  /** As an administrator. */
  readonly api: KubeConnection;
  readonly server: string;
  /** PEM of the authority of {@link ClusterHandle.server}. */
  readonly certificateAuthority: string;
  /** Bearer token of the administrator. */
  readonly adminToken: string;
  /** Text of a kubeconfig for an administrator. */
  readonly kubeconfig: string;
  readonly images: ClusterImages;
  /** What `shell` has, behind a password; absent where nothing is pulled, or not from registries of ours. */
  readonly closedImage?: ClosedImage;
  /** Bearer token of a new service account with these rights in the namespace and no other. */
  readonly newUser: (namespace: string, rights: Rights) => Promise<string>;
  /** A namespace of the test's own. */
  readonly newNamespace: () => Promise<string>;
  /** Requests so far, oldest first. */
  readonly requests: () => readonly SeenRequest[];
  readonly faults: ClusterFaults;
  /** Everything that jobs leave behind in a namespace: pods, secrets, services, claims. */
  readonly leftovers: (namespace: string) => Promise<readonly KubeObject[]>;
  /** When set, mount paths must lie below it. */
  readonly mountPrefix?: string;
  readonly close: () => Promise<void>;
}
