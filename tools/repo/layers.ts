/** Layers of the workspace; every package carries one as `nx.tags: ["layer:<name>"]`. */
export type Layer =
  | 'app'
  | 'core'
  | 'e2e'
  | 'engine'
  | 'lib'
  | 'plugin'
  | 'protocol'
  | 'testkit'
  | 'util';

/** Who may import whom, by layer. `.oxlintrc.json` says the same per folder and is tested against it. */
export const arrows: Readonly<Record<Layer, readonly Layer[]>> = {
  core: [],
  util: ['core', 'util'],
  lib: ['core', 'util'],
  protocol: ['core', 'util', 'lib'],
  plugin: ['core', 'util'],
  engine: ['core', 'util', 'lib'],
  testkit: ['core', 'util', 'lib', 'engine'],
  app: ['core', 'util', 'lib', 'protocol', 'plugin', 'engine'],
  e2e: ['core', 'util', 'lib', 'protocol', 'plugin', 'engine', 'testkit', 'app', 'e2e'],
};

/** Layers whose `*.test.ts` may also import the test kit: those that the test kit itself does not need. */
const layersTestedWithTestkit: readonly Layer[] = ['plugin', 'protocol', 'app', 'e2e'];

/** The written exceptions, `from → to` by folder name, each with its reason. */
export const exceptions: Readonly<Record<string, string>> = {
  'command-line → config': 'an error names its place in a file as every other does',
  'gitlab-ci → config': 'a pipeline file is YAML, read with positions like every other input file',
  'gitlab-job → config':
    'durations and booleans are written as in the configuration, and a payload is read field by field',
  'gitlab-job → shell': 'a payload turns into stages, and a stage is a script',
  'local-jobs → embedded-cluster': 'a local job runs on a cluster of its own unless told otherwise',
  'local-jobs → job-driver': 'files of a folder travel as the driver takes them',
  'local-jobs → kube': 'or on the cluster of a kubeconfig',
  'woodpecker-job → config':
    'options of steps are read as settings are, and unknown ones told alike; a payload is read field by field',
  'woodpecker-pipeline → config':
    'a workflow file is YAML, read with positions like every other input file',
};

/** Libraries that only one package may load at run time. */
export const owned: Readonly<Record<string, string>> = {
  '@kubernetes/client-node': 'kube',
  tsyringe: 'engine',
  'reflect-metadata': 'engine',
};

/** Whether sources (or, with `inTest`, tests) of one package may import another. */
export function mayImport(
  from: { readonly name: string; readonly layer: Layer },
  to: { readonly name: string; readonly layer: Layer },
  inTest = false,
): boolean {
  if (from.name === to.name) return true;
  if (`${from.name} → ${to.name}` in exceptions) return true;
  if (inTest && to.layer === 'testkit') return layersTestedWithTestkit.includes(from.layer);
  return arrows[from.layer].includes(to.layer);
}
