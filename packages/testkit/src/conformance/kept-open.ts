/** Repeating timers, sockets, servers and watches that are still open after `work` and were not before. */
export async function keptOpen(work: () => Promise<void>): Promise<readonly string[]> {
  const before = openHandles();
  const intervals = new Set<unknown>();
  const { setInterval: start, clearInterval: stop } = globalThis;
  // Plain timeouts end by themselves and test frameworks set their own, so only repeating ones are followed.
  const following = (...args: Parameters<typeof start>): NodeJS.Timeout => {
    const timer = start(...args);
    intervals.add(timer);
    return timer;
  };
  globalThis.setInterval = Object.assign(following, start);
  globalThis.clearInterval = (timer) => {
    intervals.delete(timer);
    stop(timer);
  };
  try {
    await work();
  } finally {
    globalThis.setInterval = start;
    globalThis.clearInterval = stop;
  }
  const left = openHandles();
  for (const name of before) {
    const index = left.indexOf(name);
    if (index >= 0) left.splice(index, 1);
  }
  for (const timer of intervals) stop(timer as NodeJS.Timeout);
  return [...left, ...[...intervals].map(() => 'interval')];
}

const openHandles = (): string[] =>
  process.getActiveResourcesInfo().filter((name) => /TCP|UDP|TLS|Server|FSEvent|Worker/.test(name));
