import { expect, it } from 'vitest';
import { agentValues } from './agent-values.ts';

it('without an environment the defaults of the agent count', () => {
  const values = agentValues({});
  expect(values.problems).toEqual([]);
  expect([
    values.text('server'),
    values.number('max-workflows'),
    values.number('retry-timeout'),
  ]).toEqual(['localhost:9000', 1, 120_000]);
  expect([values.truth('healthcheck'), values.truth('pretty'), values.isSet('server')]).toEqual([
    true,
    undefined,
    false,
  ]);
});

it('the first name of a variable counts, and lists are trimmed', () => {
  const values = agentValues({
    WOODPECKER_FILTER_LABELS: 'old=1',
    WOODPECKER_AGENT_LABELS: 'a=1, b=2',
    WOODPECKER_MAX_PROCS: '3',
    WOODPECKER_CONNECT_RETRY_DELAY: '1m30s',
  });
  expect(values.texts('labels')).toEqual(['a=1', 'b=2']);
  expect(values.number('max-workflows')).toBe(3);
  expect(values.number('connect-retry-delay')).toBe(90_000);
  expect(values.isSet('labels')).toBe(true);
});

it('an empty text is one where text is wanted, false where a truth is, and says nothing elsewhere', () => {
  const values = agentValues({
    WOODPECKER_AGENT_CONFIG_FILE: '',
    WOODPECKER_HEALTHCHECK: '',
    WOODPECKER_MAX_WORKFLOWS: '',
    WOODPECKER_RETRY_TIMEOUT: '',
    WOODPECKER_AGENT_LABELS: '',
  });
  expect(values.problems).toEqual([]);
  expect([values.text('agent-config'), values.truth('healthcheck')]).toEqual(['', false]);
  expect([values.number('max-workflows'), values.number('retry-timeout')]).toEqual([1, 120_000]);
  expect([values.texts('labels'), values.isSet('labels')]).toEqual([[], false]);
});

it.each([
  ['WOODPECKER_GRPC_SECURE', 'yes', 'bool'],
  ['WOODPECKER_MAX_WORKFLOWS', 'many', 'int64'],
  ['WOODPECKER_MAX_PROCS', '1.5', 'int64'],
  ['WOODPECKER_RETRY_TIMEOUT', '120', 'time.Duration'],
])('%s=%s is told with its name and form', (name, text, form) => {
  expect(agentValues({ [name]: text }).problems).toMatchObject([
    {
      severity: 'error',
      path: [name],
      message: expect.stringContaining(`as ${form} value`) as string,
    },
  ]);
});
