import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterHandle } from '@millrace/testkit';
import { startKubectl, type KubectlEnd, type KubectlProcess } from './kubectl-process.ts';

/** What a run gets besides its arguments. */
export interface RunOptions {
  /** Standard input; none by default. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** `kubectl` of one user in one namespace. */
export interface Kubectl {
  readonly namespace: string;
  /** Runs to the end, whatever that is. */
  readonly run: (args: readonly string[], options?: RunOptions) => Promise<KubectlEnd>;
  /** Standard output of a run that has to succeed. */
  readonly read: (...args: readonly string[]) => Promise<string>;
  /** What it says on both streams when it has to fail. */
  readonly refused: (...args: readonly string[]) => Promise<string>;
  /** Creates an object and tells its name as `kind/name`. */
  readonly create: (manifest: object) => Promise<string>;
  /** Starts one that goes on. */
  readonly start: (args: readonly string[], options?: RunOptions) => KubectlProcess;
  /** Starts one on a terminal of its own, made by `script` of util-linux. */
  /** @param before - shell command on that terminal, before */
  readonly startOnTerminal: (command: string, before?: string) => KubectlProcess;
  readonly inNamespace: (namespace: string) => Kubectl;
  /** The same binary as the bearer of a token. */
  readonly as: (token: string) => Promise<Kubectl>;
}

/** A folder with what `kubectl` reads and writes, and the processes that were started there. */
export interface KubectlHome {
  readonly kubectl: Kubectl;
  /** For files of a test. */
  readonly folder: string;
  /** Ends what still runs and removes the folder. */
  readonly remove: () => Promise<void>;
}

/** Makes a home for a cluster's administrator. @param binary - path of `kubectl` */
export async function makeHome(cluster: ClusterHandle, binary: string): Promise<KubectlHome> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-kubectl-'));
  const processes = new Set<KubectlProcess>();
  let users = 0;
  const user = async (config: string): Promise<string> => {
    users += 1;
    const file = join(folder, `kubeconfig-${users}`);
    await writeFile(file, config, { mode: 0o600 });
    return file;
  };
  const bound = (kubeconfig: string, namespace: string): Kubectl => {
    const start = (
      file: string,
      args: readonly string[],
      { env = {}, input }: RunOptions = {},
    ): KubectlProcess => {
      const process = startKubectl({
        file,
        args,
        cwd: folder,
        env: {
          PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          HOME: folder,
          KUBECONFIG: kubeconfig,
          TERM: 'xterm',
          ...env,
        },
      });
      if (input !== undefined) {
        process.write(input);
        process.endInput();
      }
      processes.add(process);
      // Whoever started it hears of a failure; here it only stops being ours to end.
      const forget = (): void => void processes.delete(process);
      process.ended.then(forget, forget);
      return process;
    };
    const spawned = (args: readonly string[], options?: RunOptions): KubectlProcess =>
      start(binary, [...args.slice(0, 1), `--namespace=${namespace}`, ...args.slice(1)], options);
    const run: Kubectl['run'] = (args, options) =>
      spawned(args, { ...options, input: options?.input ?? '' }).ended;
    const read: Kubectl['read'] = async (...args) => successOf(args, await run(args));
    return {
      namespace,
      run,
      read,
      refused: async (...args) => {
        const { exitCode, stdout, stderr } = await run(args);
        if (exitCode === 0) throw new Error(`kubectl ${args.join(' ')} was to fail: ${stdout}`);
        return `${stdout}${stderr}`;
      },
      create: async (manifest) => {
        const args = ['create', '-f', '-', '-o', 'name'];
        return successOf(args, await run(args, { input: JSON.stringify(manifest) })).trim();
      },
      start: spawned,
      startOnTerminal: (command, before = 'true') =>
        start('script', [
          '-qec',
          `${before}; ${binary} --namespace=${namespace} ${command}`,
          '/dev/null',
        ]),
      inNamespace: (other) => bound(kubeconfig, other),
      as: async (token) => bound(await user(kubeconfigOf(cluster, token)), namespace),
    };
  };
  return {
    kubectl: bound(await user(cluster.kubeconfig), 'default'),
    folder,
    remove: async () => {
      await Promise.allSettled([...processes].map((process) => process.interrupt()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function successOf(args: readonly string[], { exitCode, stdout, stderr }: KubectlEnd): string {
  if (exitCode === 0) return stdout;
  throw new Error(`kubectl ${args.join(' ')} ended with ${exitCode}: ${stdout}${stderr}`);
}

/** JSON, which is YAML too. */
function kubeconfigOf(cluster: ClusterHandle, token: string): string {
  const authority = Buffer.from(cluster.certificateAuthority).toString('base64');
  const here = { server: cluster.server, 'certificate-authority-data': authority };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: here }],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  });
}
