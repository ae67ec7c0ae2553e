import { spawn } from 'node:child_process';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProgram, type Finished, type Running } from './program.ts';

export type { Finished, Running } from './program.ts';

const main = fileURLToPath(new URL('../../../apps/gitlab-compat/src/main.ts', import.meta.url));

/** Starts `millrace-gitlab` from source as a process of its own. */
export const startGitlab = (
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Running => startProgram(main, args, cwd, env);

/** Runs `millrace-gitlab` to its end. */
export const runGitlab = (
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> => startGitlab(args, cwd, env).finished;

/** A folder with files, removed by {@link Folder.remove}. */
export interface Folder {
  readonly path: string;
  readonly write: (files: Readonly<Record<string, string>>) => Promise<void>;
  readonly git: (...args: readonly string[]) => Promise<void>;
  readonly remove: () => Promise<void>;
}

/** Makes a temporary folder. */
export async function temporaryFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'millrace-e2e-'));
  return {
    path,
    write: async (files) => {
      for (const [name, content] of Object.entries(files)) {
        await mkdir(dirname(join(path, name)), { recursive: true });
        await writeFile(join(path, name), content);
      }
    },
    git: (...args) =>
      new Promise((resolve, reject) => {
        const identity = [
          '-c',
          'user.name=test',
          '-c',
          'user.email=test@example.com',
          '-c',
          'init.defaultBranch=main',
        ];
        const child = spawn('git', ['-C', path, ...identity, ...args], { stdio: 'ignore' });
        child.once('error', reject);
        child.once('close', (code) =>
          code === 0
            ? resolve()
            : reject(new Error(`git ${args.join(' ')} ended with ${code ?? 'a signal'}`)),
        );
      }),
    remove: () => rm(path, { recursive: true, force: true }),
  };
}
