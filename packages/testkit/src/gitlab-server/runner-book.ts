/** A runner that the server knows. */
export interface ServerRunner {
  /** Authentication token. */
  readonly token: string;
  readonly id?: number;
  /** Most jobs that one manager of it may have at a time; asking for more is a violation. */
  readonly limit?: number;
  /** Most requests for a job that one manager of it may have open. */
  readonly requestConcurrency?: number;
  /** RFC 3339. */
  readonly tokenExpiresAt?: string;
}

/** A runner with what only the server's own code touches. */
export interface KeptRunner {
  readonly id: number;
  token: string;
  readonly limit: number;
  readonly requestConcurrency: number;
  tokenExpiresAt: string | undefined;
  /** Open job requests by `system_id`. */
  readonly requests: Map<string, number>;
  /** Values of `X-GitLab-Last-Update` that it was told. */
  readonly toldUpdates: Set<string>;
}

/** The runners of a server. */
export interface RunnerBook {
  readonly add: (runner: ServerRunner) => KeptRunner;
  readonly find: (token: string) => KeptRunner | undefined;
  readonly findById: (id: number) => KeptRunner | undefined;
  readonly remove: (runner: KeptRunner) => void;
  /** A token that was never given. */
  readonly newToken: (prefix: string) => string;
}

/** Starts empty. */
export function createRunnerBook(): RunnerBook {
  const runners = new Set<KeptRunner>();
  let given = 0;
  let lastId = 0;
  return {
    add: (runner) => {
      lastId = Math.max(lastId + 1, runner.id ?? 0);
      const kept: KeptRunner = {
        id: runner.id ?? lastId,
        token: runner.token,
        limit: runner.limit ?? Number.POSITIVE_INFINITY,
        requestConcurrency: runner.requestConcurrency ?? Number.POSITIVE_INFINITY,
        tokenExpiresAt: runner.tokenExpiresAt,
        requests: new Map(),
        toldUpdates: new Set(),
      };
      runners.add(kept);
      return kept;
    },
    find: (token) => [...runners].find((runner) => runner.token === token),
    findById: (id) => [...runners].find((runner) => runner.id === id),
    remove: (runner) => void runners.delete(runner),
    newToken: (prefix) => {
      given += 1;
      return `${prefix}given-by-the-server-${given}`;
    },
  };
}
