import { Command } from 'commander';
import { expect, it } from 'vitest';
import { addAgentFlags, flagValues, withBareSwitches } from './agent-flags.ts';

/** What flags on a command line say, and what is left of it. */
function parsed(...args: readonly string[]): {
  readonly values: Readonly<Record<string, string>>;
  readonly rest: readonly string[];
} {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  addAgentFlags(program.allowExcessArguments(true).action(() => undefined));
  program.parse([...withBareSwitches(args)], { from: 'user' });
  return { values: flagValues(program), rest: program.args };
}

it.each<[string, readonly string[], Readonly<Record<string, string>>]>([
  ['nothing', [], {}],
  ['a value', ['--server', 'a:1'], { WOODPECKER_SERVER: 'a:1' }],
  ['a value after an equals sign', ['--server=a:1'], { WOODPECKER_SERVER: 'a:1' }],
  ['an empty value', ['--agent-config='], { WOODPECKER_AGENT_CONFIG_FILE: '' }],
  ['a switch', ['--grpc-secure'], { WOODPECKER_GRPC_SECURE: 'true' }],
  ['a switch that is off', ['--healthcheck=false'], { WOODPECKER_HEALTHCHECK: 'false' }],
  ['a list', ['--labels', 'a=1,b=2'], { WOODPECKER_AGENT_LABELS: 'a=1,b=2' }],
  [
    'a list in several flags',
    ['--labels', 'a=1', '--labels', 'b=2'],
    { WOODPECKER_AGENT_LABELS: 'a=1,b=2' },
  ],
  ['the former name of a flag', ['--filter', 'a=1'], { WOODPECKER_AGENT_LABELS: 'a=1' }],
  [
    'a flag of the backend',
    ['--backend-k8s-storage-rwx', '--backend-k8s-namespace', 'ci'],
    { WOODPECKER_BACKEND_K8S_STORAGE_RWX: 'true', WOODPECKER_BACKEND_K8S_NAMESPACE: 'ci' },
  ],
])('reads %s', (_what, args, values) => {
  expect(parsed(...args)).toEqual({ values, rest: [] });
});

it('what follows a switch is not its value', () => {
  expect(parsed('--grpc-secure', 'ping')).toEqual({
    values: { WOODPECKER_GRPC_SECURE: 'true' },
    rest: ['ping'],
  });
});

it('a flag that wants a value and has none is refused', () => {
  expect(() => parsed('--server')).toThrow(/argument missing/);
});
