import { expect, it } from 'vitest';
import { decideWorkflow, type RunState, type WorkflowOutcome } from './index.ts';
import { compileFiles, stepText } from './pipeline-under-test.test.helper.ts';

it.each<[readonly RunState[], readonly WorkflowOutcome[], 'run' | 'skip']>([
  [[], ['success', 'success'], 'run'],
  [[], ['success', 'failure'], 'skip'],
  [[], ['skipped'], 'skip'],
  [['success', 'failure'], ['failure'], 'run'],
  [['failure'], ['failure', 'skipped'], 'run'],
  [['failure'], ['failure', 'success'], 'skip'],
])('a workflow that runs on %j after %j: %s', (states, outcomes, expected) => {
  const { workflows } = compileFiles({
    'a.yaml': stepText(),
    'b.yaml': `depends_on: a\nruns_on: ${JSON.stringify(states)}\n${stepText()}`,
  });
  const waiting = workflows.find(({ name }) => name === 'b');
  if (waiting === undefined) throw new Error('b is not compiled');
  const ended = outcomes.map((outcome) => ({ name: 'a', outcome }));
  expect(decideWorkflow(waiting, [...ended, { name: 'other', outcome: 'failure' }])).toBe(expected);
});

it('a workflow whose when names failure runs whatever happened before', () => {
  const { workflows } = compileFiles({
    'a.yaml': stepText(),
    'b.yaml': `depends_on: a\nwhen: {status: failure}\n${stepText()}`,
  });
  expect(workflows.map(({ runsOn }) => runsOn)).toEqual([[], ['failure', 'success']]);
});
