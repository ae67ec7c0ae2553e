import { Option, type Command } from 'commander';
import { woodpeckerBindings } from '../bindings.ts';
import { agentVariables } from './agent-variables.ts';
import { environmentVariables } from './environment-variables.ts';

interface Flag {
  readonly flag: string;
  readonly aliases: readonly string[];
  /** The variable that it stands for. */
  readonly name: string;
  readonly form: string;
  readonly doc: string;
}

const flags: readonly Flag[] = [
  ...agentVariables.map(({ names: [name], aliases = [], ...rest }) => ({ ...rest, name, aliases })),
  ...environmentVariables(woodpeckerBindings).flatMap(({ flag, ...rest }) =>
    flag === undefined ? [] : [{ ...rest, flag, aliases: [] }],
  ),
];

const switches = new Set(
  flags
    .filter(({ form }) => form === 'boolean')
    .flatMap(({ flag, aliases }) => [flag, ...aliases].map((each) => `--${each}`)),
);

/** Gives a program the flags of all variables. */
export function addAgentFlags(program: Command): void {
  for (const { flag, aliases, name, form, doc } of flags)
    for (const each of [flag, ...aliases]) {
      const value = form === 'boolean' ? '[value]' : '<value>';
      const words = `${doc.replaceAll('`', '')} [$${name}]`;
      const option = new Option(`--${each} ${value}`, words).hideHelp(each !== flag);
      program.addOption(form === 'string-list' ? option.argParser(joined) : option);
    }
}

/** A list that is given several times is one list. */
const joined = (value: string, earlier: string | undefined): string =>
  earlier === undefined ? value : `${earlier},${value}`;

/** What follows a switch is not its value, as in Go: `--grpc-secure ping` is the command. A value has an equals sign. */
export const withBareSwitches = (args: readonly string[]): readonly string[] =>
  args.map((argument) => (switches.has(argument) ? `${argument}=true` : argument));

/** Flags that were given, by the variable they stand for. */
export function flagValues(program: Command): Readonly<Record<string, string>> {
  const attributes = new Map(
    program.options.map((option) => [option.long, option.attributeName()]),
  );
  const values = program.opts<Readonly<Record<string, unknown>>>();
  return Object.fromEntries(
    flags.flatMap(({ flag, aliases, name }) => {
      const given = [...aliases, flag].flatMap((each) => {
        const value = values[attributes.get(`--${each}`) ?? ''];
        return typeof value === 'string' ? [value] : [];
      });
      return given.length === 0 ? [] : [[name, given.join(',')]];
    }),
  );
}
