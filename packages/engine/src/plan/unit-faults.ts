import type { Unit } from '@millrace/core';

/** What keeps units from being run, one sentence each. A unit that never starts must not look like a success. */
export function unitFaults(units: readonly Unit[]): readonly string[] {
  const ids = units.map(({ id }) => id);
  const known = new Set(ids);
  const twice = ids.filter((id, index) => ids.indexOf(id) < index);
  const lost = units.flatMap(({ id, after }) =>
    after.filter((name) => !known.has(name)).map((name) => [id, name] as const),
  );
  const circle = inCircle(units);
  return [
    ...twice.map((id) => `the job has two units named ${id}`),
    ...lost.map(([id, name]) => `unit ${id} comes after ${name}, which the job does not have`),
    ...(circle.length === 0
      ? []
      : [`units ${circle.join(', ')} come after each other in a circle`]),
  ];
}

/** Units left when all that can run have been taken away. */
function inCircle(units: readonly Unit[]): readonly string[] {
  let rest = units;
  for (;;) {
    const ids = new Set(rest.map(({ id }) => id));
    const next = rest.filter(({ after }) => after.some((id) => ids.has(id)));
    if (next.length === rest.length) return rest.map(({ id }) => id);
    rest = next;
  }
}
