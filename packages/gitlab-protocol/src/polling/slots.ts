/** Numbers of running jobs, as `CI_CONCURRENT_ID` and `CI_CONCURRENT_PROJECT_ID` show them. */
export interface Slots {
  /** Takes the lowest number that no running job of the key has. */
  readonly take: (key: string) => number;
  /** Takes a number that a job had before, as when it is adopted. */
  readonly keep: (key: string, slot: number) => void;
  readonly free: (key: string, slot: number) => void;
  /** How many are taken. */
  readonly taken: (key: string) => number;
}

/** Makes the table. A key is a runner's token, or that and a project. */
export function createSlots(): Slots {
  const byKey = new Map<string, Set<number>>();
  const of = (key: string): Set<number> => {
    const slots = byKey.get(key) ?? new Set<number>();
    byKey.set(key, slots);
    return slots;
  };
  return {
    take: (key) => {
      const slots = of(key);
      let slot = 0;
      while (slots.has(slot)) slot += 1;
      slots.add(slot);
      return slot;
    },
    keep: (key, slot) => void of(key).add(slot),
    free: (key, slot) => {
      const slots = of(key);
      slots.delete(slot);
      if (slots.size === 0) byKey.delete(key);
    },
    taken: (key) => byKey.get(key)?.size ?? 0,
  };
}

/** Key of the jobs of one project on one runner. */
export const projectSlotKey = (runner: string, projectId: number): string =>
  `${runner} project ${projectId}`;
