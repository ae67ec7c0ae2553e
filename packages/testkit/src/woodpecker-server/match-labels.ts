/** Labels of the server's own, which no agent has to have. */
const internal = 'woodpecker-ci.org';

/**
 * How well an agent's labels fit those of a workflow; 0: not at all. Pure. A label of the agent that begins with `!` has
 * to be there; each label of the workflow has to be the agent's, as it is or as `*`.
 */
export function matchLabels(
  agent: Readonly<Record<string, string>>,
  workflow: Readonly<Record<string, string>>,
): number {
  const isRefused = Object.entries(agent).some(
    ([key, value]) => key.startsWith('!') && workflow[key.slice(1)] !== value,
  );
  if (isRefused) return 0;
  let score = 0;
  for (const [key, value] of Object.entries(workflow)) {
    if (key.startsWith(internal) || value === '') continue;
    const own = agent[key] ?? agent[`!${key}`];
    if (own === value) score += 10;
    else if (own === '*') score += 1;
    else return 0;
  }
  return score;
}
