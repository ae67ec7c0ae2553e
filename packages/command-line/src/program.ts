import { Command, type CommanderError } from 'commander';
import { isColored, type Host } from './host.ts';

/** What a program says of itself. */
export interface ProgramFacts {
  readonly name: string;
  readonly description: string;
  /** The line of `--version`. */
  readonly version: string;
}

/** A command line to add commands to; it writes to the host's streams, and never ends the process itself. */
export const newProgram = (host: Host, { name, description, version }: ProgramFacts): Command =>
  new Command(name)
    .description(description)
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
    });

/**
 * Parses a command line and runs its command. Errors are told on standard error.
 * @param commands - makes the command line; a command hands its exit code to `done`
 * @returns exit code: the command's own; 1 for errors that were told; 2 for wrong arguments
 */
export async function runProgram(
  args: readonly string[],
  host: Host,
  commands: (done: (exitCode: number) => void) => Command,
): Promise<number> {
  let exitCode = 0;
  // Without a listener a closed pipe ends the process at once, and what it started stays behind.
  for (const stream of [host.stdout, host.stderr]) stream.on('error', () => undefined);
  const program = commands((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (thrown) {
    if (isOfCommander(thrown)) return thrown.exitCode === 0 ? 0 : 2;
    // It knows how places in files are written, which takes a while to load.
    const { describeError } = await import('./describe-error.ts');
    host.stderr.write(`${describeError(thrown, isColored(host, host.stderr))}\n`);
    return 1;
  }
}

/** A command may have parsed flags with a copy of the library of its own, whose errors are of another class. */
const isOfCommander = (thrown: unknown): thrown is CommanderError =>
  thrown instanceof Error &&
  'code' in thrown &&
  typeof thrown.code === 'string' &&
  thrown.code.startsWith('commander.');
