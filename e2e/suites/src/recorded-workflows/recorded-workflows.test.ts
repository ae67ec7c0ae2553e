import { describe, expect, it } from 'vitest';
import { explainWorkflow } from './explain-workflow.ts';
import { isAboutThePlan, judgeWorkflow } from './judge-workflow.ts';
import { recordedWorkflows, type RecordedWorkflow } from './recorded-workflow.ts';

const { signal } = new AbortController();
const cases = recordedWorkflows();
const titled = (pick: readonly RecordedWorkflow[]): [string, RecordedWorkflow][] =>
  pick.map((recorded) => [`${recorded.name} (${recorded.families.join(', ')})`, recorded]);
const others = cases.filter((recorded) => !isAboutThePlan(recorded));
describe('explain says what the Woodpecker agent did', () => {
  it.each(titled(cases.filter(isAboutThePlan)))('%s', async (_title, recorded) => {
    const ours = await explainWorkflow(recorded, signal);
    expect(judgeWorkflow(recorded, ours)).toEqual([]);
    expect(ours.exitCode).toBe(ours.refused === null ? 0 : 1);
  });
});

describe('a workflow that is recorded for the course of its run', () => {
  it.each(titled(others))(
    '%s is planned without a refusal, with the same pods as far as they were reached',
    async (_title, recorded) => {
      const ours = await explainWorkflow(recorded, signal);
      expect(ours.refused).toBeNull();
      const pods = new Set(
        ours.objects.map(({ kind, metadata }) => `${kind} ${metadata.name ?? ''}`),
      );
      const reached = recorded.agent ?? recorded.direct;
      expect(
        reached
          .map(({ kind, metadata }) => `${kind} ${metadata.name ?? ''}`)
          .filter((object) => !pods.has(object)),
      ).toEqual([]);
    },
  );
});

it('objects come in the order of their creation', async () => {
  const [recorded] = cases.filter(({ name }) => name.startsWith('137-'));
  if (recorded === undefined) throw new Error('the case is not recorded');
  const { objects } = await explainWorkflow(recorded, signal);
  expect(objects.map(({ kind }) => kind)).toEqual([
    'PersistentVolumeClaim',
    'Service',
    'Secret',
    'Pod',
    'Pod',
  ]);
});
