/** How many times the API server was asked, for summaries. */
export interface RequestCounts {
  /** HTTP requests, each repetition included; watches are among them, upgrades are not. */
  readonly requests: number;
  /** WebSocket connections. */
  readonly upgrades: number;
  /** Watch connections opened. */
  readonly watches: number;
  /** Requests by `verb resource`, as in `create pods`. */
  readonly byCall: Readonly<Record<string, number>>;
}

/** Counts requests. */
export interface Counters {
  readonly request: (verb: string, resource: string) => void;
  readonly upgrade: () => void;
  readonly snapshot: () => RequestCounts;
}

/** Counters that start at zero. */
export function createCounters(): Counters {
  const byCall = new Map<string, number>();
  let [requests, upgrades, watches] = [0, 0, 0];
  return {
    request: (verb, resource) => {
      requests += 1;
      if (verb === 'watch') watches += 1;
      const call = `${verb} ${resource}`;
      byCall.set(call, (byCall.get(call) ?? 0) + 1);
    },
    upgrade: () => {
      upgrades += 1;
    },
    snapshot: () => ({
      requests,
      upgrades,
      watches,
      byCall: Object.fromEntries([...byCall].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    }),
  };
}
