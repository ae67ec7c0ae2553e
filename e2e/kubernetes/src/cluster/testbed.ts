import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, symlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { exists } from './exists.ts';
import { checkout } from './layout.ts';
import { runProgram } from './run-program.ts';

const sources = join(checkout, 'e2e', 'kubernetes', 'go');

/** Where programs and images are kept from run to run, and from checkout to checkout. */
export const cacheFolder: string = join(
  process.env['MILLRACE_E2E_CACHE'] ??
    join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'millrace-e2e'),
);

/** The programs of the cluster, built. */
export interface Testbed {
  /** Version of Kubernetes, as `v1.36.3`. */
  readonly version: string;
  /** All parts in one program: `testbed PART ARGS…`. */
  readonly program: string;
  /** The same program under the name by which tests call it. */
  readonly kubectl: string;
  /** A static program that only waits. */
  readonly pause: string;
}

/** Builds the programs unless these sources were built before by this Go. */
export async function buildTestbed({
  say,
  signal,
}: {
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}): Promise<Testbed> {
  const version = await kubernetesVersion();
  const folder = join(cacheFolder, `${version}-${await fingerprint()}`);
  const testbed: Testbed = {
    version,
    program: join(folder, 'testbed'),
    kubectl: join(folder, 'kubectl'),
    pause: join(folder, 'pause'),
  };
  if (await exists(testbed.kubectl)) return testbed;
  say(`building Kubernetes ${version} from its Go modules: minutes when Go's cache is empty…`);
  await mkdir(folder, { recursive: true });
  await build('.', testbed.program, stamps(version), signal);
  await build('./pause', testbed.pause, [], signal);
  // Last, because it says that the folder is complete.
  await symlink('testbed', testbed.kubectl);
  return testbed;
}

async function build(
  source: string,
  target: string,
  flags: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const unfinished = `${target}.${process.pid}`;
  const linker = ['-s', '-w', ...flags].join(' ');
  await runProgram('go', ['build', '-trimpath', '-ldflags', linker, '-o', unfinished, source], {
    cwd: sources,
    env: { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly' },
    signal,
  });
  await rename(unfinished, target);
}

/** The parts say which version they are only if the linker tells them. */
function stamps(version: string): readonly string[] {
  const [major = '', minor = ''] = version.replace('v', '').split('.');
  const values = { gitVersion: version, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' };
  return ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((pack) =>
    Object.entries(values).map(([name, value]) => `-X ${pack}.${name}=${value}`),
  );
}

async function kubernetesVersion(): Promise<string> {
  const modules = await readFile(join(sources, 'go.mod'), 'utf8');
  const version = /k8s\.io\/kubernetes (v\S+)/.exec(modules)?.[1];
  if (version === undefined)
    throw new Error(`${sources}/go.mod does not require k8s.io/kubernetes`);
  return version;
}

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256').update(await runProgram('go', ['env', 'GOVERSION', 'GOARCH']));
  const files = await readdir(sources, { recursive: true, withFileTypes: true });
  for (const file of files
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name))
    .toSorted())
    hash.update(file.slice(sources.length)).update(await readFile(file));
  return hash.digest('hex').slice(0, 12);
}
