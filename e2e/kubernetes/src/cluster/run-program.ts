import { execFile } from 'node:child_process';

/** How to call a program. */
export interface ProgramCall {
  readonly signal?: AbortSignal;
  readonly input?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Runs a program to its end and gives its standard output.
 * @throws Error with the command and what it said on standard error, when it ends with another code than 0
 */
export function runProgram(
  command: string,
  args: readonly string[],
  { signal, input, cwd, env }: ProgramCall = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      args,
      {
        maxBuffer: 64 << 20,
        ...(signal === undefined ? {} : { signal }),
        ...(cwd === undefined ? {} : { cwd }),
        ...(env === undefined ? {} : { env: { ...process.env, ...env } }),
      },
      (failure, stdout, stderr) => {
        if (failure === null) resolve(stdout);
        else
          reject(
            new Error(`${command} ${args.join(' ')}: ${stderr.trim() || failure.message}`, {
              cause: failure,
            }),
          );
      },
    );
    // A program that does not read its input closes the pipe; how it ended is told by its code.
    child.stdin?.on('error', () => undefined).end(input);
  });
}
