import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { debianPackages, missing } from './cluster/missing.ts';
import { checkout, stateFolder } from './cluster/layout.ts';
import { isAlive, readOwner } from './cluster/owner.ts';
import { leftBehind, removeCluster } from './cluster/remove-cluster.ts';
import { descriptionFile, type ClusterDescription } from './cluster/start-cluster.ts';
import { keepCluster, startKeeper } from './keeper.ts';

const usage = `usage: npm run e2e -- [COMMAND]

  test [ARG…]  the suites on a real Kubernetes (default); ARGs go to vitest
  bench [PART] jobs and workflows against bare pods, as ratios; PART is jobs or workflows
  up           a cluster to work with, until Ctrl-C
  down         removes what a killed run left behind
  packages     the Debian packages that a cluster of our own needs

It brings up a Kubernetes of its own, as root. With MILLRACE_E2E_KUBECONFIG=FILE it uses that cluster instead.
`;

/** Runs one command; gives the exit code. */
export async function runCommand([command = 'test', ...args]: readonly string[]): Promise<number> {
  switch (command) {
    case 'keep':
      return keepCluster();
    case 'test':
      return test(args);
    case 'bench':
      return onCluster((environment) => itself(['measure', ...args], environment));
    case 'measure':
      return (await import('./bench/run-bench.ts')).runBench(args, say);
    case 'packages':
      process.stdout.write(`${debianPackages.join(' ')}\n`);
      return 0;
    case 'up':
      return onCluster(waitForInterrupt);
    case 'down':
      return down();
    default:
      process.stderr.write(usage);
      return ['help', '--help', '-h'].includes(command) ? 0 : 2;
  }
}

/** The suites, and unless tests were chosen, then the coming and going of the cluster itself. */
async function test(args: readonly string[]): Promise<number> {
  const projects = ['--project', 'cluster', '--project', 'disruptive'];
  const suites = await onCluster(async (environment) =>
    vitest([...projects, ...args], {
      ...environment,
      MILLRACE_SUITE_CLUSTER: await clusterName(environment),
    }),
  );
  if (args.length > 0 || suites !== 0 || isGiven()) return suites;
  const owner = await readOwner();
  if (owner !== undefined && isAlive(owner.pid)) {
    say(`process ${owner.pid} keeps a cluster, so its coming and going is not tried`);
    return suites;
  }
  // No suite of any cluster: the report of the suites stays as it is.
  return vitest(['--project', 'lifecycle'], { MILLRACE_SUITE_REPORT: '' });
}

/** What reports call the cluster: with its version where it is our own. */
async function clusterName({ MILLRACE_E2E_STATE: state }: Environment): Promise<string> {
  if (state === undefined) return 'Kubernetes (given)';
  const text = await readFile(join(state, basename(descriptionFile)), 'utf8');
  return `Kubernetes ${(JSON.parse(text) as ClusterDescription).version}`;
}

const isGiven = (): boolean => (process.env['MILLRACE_E2E_KUBECONFIG'] ?? '') !== '';

type Environment = Readonly<Record<string, string>>;

/** Runs something while a cluster is there: somebody else's, one that is up already, or a new one. */
async function onCluster(use: (environment: Environment) => Promise<number>): Promise<number> {
  if (isGiven()) {
    say(`using the cluster of ${process.env['MILLRACE_E2E_KUBECONFIG'] ?? ''}`);
    return use({});
  }
  const owner = await readOwner();
  if (owner !== undefined && isAlive(owner.pid)) {
    say(`using the cluster that process ${owner.pid} keeps (${owner.state})`);
    return use({ MILLRACE_E2E_STATE: owner.state });
  }
  const lacking = await missing();
  if (lacking.length > 0) {
    say('No Kubernetes to test on. This machine lacks, for one of its own:');
    for (const line of lacking) say(`  - ${line}`);
    say('Or name a cluster: MILLRACE_E2E_KUBECONFIG=FILE npm run e2e');
    return 1;
  }
  if (owner !== undefined) {
    say('removing what a killed run left behind');
    await removeCluster();
  }
  const kept = await startKeeper();
  try {
    return await Promise.race([
      use({ MILLRACE_E2E_STATE: stateFolder }),
      kept.ended.then(() => {
        throw new Error('the cluster ended by itself');
      }),
    ]);
  } finally {
    await kept.remove();
  }
}

async function waitForInterrupt({ MILLRACE_E2E_STATE: state }: Environment): Promise<number> {
  if (state !== undefined)
    process.stdout.write(`export KUBECONFIG=${join(state, 'configuration', 'admin.kubeconfig')}\n`);
  say('up until Ctrl-C');
  await new Promise<void>((resolve) => {
    // Signals alone do not keep a process alive.
    const alive = setInterval(() => undefined, 1 << 30);
    const end = (): void => {
      clearInterval(alive);
      resolve();
    };
    process.once('SIGINT', end).once('SIGTERM', end).once('SIGHUP', end);
  });
  return 0;
}

const vitest = (args: readonly string[], environment: Environment): Promise<number> =>
  runHere(
    'vitest',
    ['run', '--config', join(checkout, 'tools', 'vitest.e2e.config.ts'), ...args],
    environment,
  );

/** This program again, with another environment: where the cluster is must be known before anything is loaded. */
const itself = (args: readonly string[], environment: Environment): Promise<number> =>
  runHere(process.execPath, [...process.execArgv, process.argv[1] ?? '', ...args], environment);

function runHere(
  program: string,
  args: readonly string[],
  environment: Environment,
): Promise<number> {
  const child = spawn(program, args, {
    cwd: checkout,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  // A terminal interrupts the whole group; this process stays to remove the cluster.
  const stay = (): void => undefined;
  process.on('SIGTERM', forward).on('SIGHUP', forward).on('SIGINT', stay);
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('exit', (code) => resolve(code ?? 130));
  });
}

async function down(): Promise<number> {
  const owner = await readOwner();
  if (owner !== undefined && isAlive(owner.pid)) {
    say(`process ${owner.pid} keeps the cluster: end that one, and it removes it`);
    return 1;
  }
  await removeCluster();
  const left = await leftBehind(stateFolder);
  for (const line of left) say(`left behind: ${line}`);
  return left.length === 0 ? 0 : 1;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);
