import type { Findings } from './findings.ts';
import { readContainers, type Container } from './container.ts';
import { readDependencies, type Dependency } from './dependencies.ts';
import { scalarText } from './go-text.ts';
import { describeNode, getEntry, type PipelineMap, type PipelineNode } from './pipeline-node.ts';
import { readChoice, readFlag, readKey, readMap, readText } from './read-values.ts';
import { readWhen, type When } from './when.ts';

/** With which outcome of what it waits for a workflow runs. */
export type RunState = 'success' | 'failure';

/** A workflow file for one combination of its matrix, as written. */
export interface WorkflowFile {
  readonly when: When;
  readonly dependsOn: readonly Dependency[];
  readonly runsOn: readonly RunState[];
  readonly labels: Readonly<Record<string, string>>;
  readonly workspace: { readonly base: string; readonly path: string };
  readonly skipClone: boolean;
  readonly clone: readonly Container[];
  readonly services: readonly Container[];
  readonly steps: readonly Container[];
}

/** Keys that the server knows and that change nothing in a local run. */
const withoutEffect: Readonly<Record<string, string>> = {
  cache: 'the server does nothing with it either',
  concurrency: 'a local run has no other pipelines to wait for',
  networks: 'the server does nothing with it either',
  volumes: 'the server does nothing with it either; write volumes in the steps',
};

/** Keys of Woodpecker 2 and before, which the server ignores. */
const gone: Readonly<Record<string, string>> = {
  branches: 'use when: with branch:',
  platform: 'use labels: with platform:',
  pipeline: 'rename it to steps',
};

const known: readonly string[] = [
  '$schema',
  'clone',
  'depends_on',
  'labels',
  'matrix',
  'runs_on',
  'services',
  'skip_clone',
  'steps',
  'variables',
  'version',
  'when',
  'workspace',
];

export function readWorkflowFile(root: PipelineMap, findings: Findings): WorkflowFile {
  checkKeys(root, findings);
  const steps = readContainers(root, 'steps', findings);
  if (steps.length === 0)
    findings.error(
      getEntry(root, 'steps') ?? root,
      'this workflow has no steps',
      'add steps: with at least one - name: and image:',
    );
  return {
    when: readKey(root, 'when', readWhen, findings) ?? [],
    dependsOn: readKey(root, 'depends_on', readDependencies, findings) ?? [],
    runsOn: readKey(root, 'runs_on', readRunsOn, findings) ?? [],
    labels: readKey(root, 'labels', readLabels, findings) ?? {},
    workspace: readKey(root, 'workspace', readWorkspace, findings) ?? { base: '', path: '' },
    skipClone: readKey(root, 'skip_clone', readFlag, findings) ?? false,
    clone: readContainers(root, 'clone', findings),
    services: withoutDuplicates(readContainers(root, 'services', findings), findings),
    steps,
  };
}

function checkKeys(root: PipelineMap, findings: Findings): void {
  const others = new Map(root.entries);
  for (const [key, node] of root.entries) {
    const ineffective = withoutEffect[key];
    const replacement = gone[key];
    if (ineffective !== undefined)
      findings.warning(node, `has no effect in a local run`, ineffective);
    else if (replacement !== undefined)
      findings.warning(node, 'has no effect since Woodpecker 3', replacement);
    else continue;
    others.delete(key);
  }
  findings.onlyKeys({ ...root, entries: others }, known);
}

/** Services of one name would share their address; the server keeps the first. */
function withoutDuplicates(
  services: readonly Container[],
  findings: Findings,
): readonly Container[] {
  const names = new Set<string>();
  return services.filter(({ name, node }) => {
    if (names.has(name)) {
      findings.warning(
        node,
        `there is a service "${name}" before; as on the server, this one is left out`,
        'give it another name',
      );
      return false;
    }
    names.add(name);
    return true;
  });
}

function readRunsOn(node: PipelineNode, findings: Findings): readonly RunState[] {
  const items = node.kind === 'list' ? node.items : [node];
  return items.flatMap(
    (item) => readChoice<RunState>(item, ['success', 'failure'], findings) ?? [],
  );
}

/** A mapping, or a list of `key=value`. */
function readLabels(
  node: PipelineNode,
  findings: Findings,
): Readonly<Record<string, string>> | undefined {
  if (node.kind === 'list') {
    const pairs = node.items.map((item) => {
      const text = readText(item, findings) ?? '';
      const at = text.indexOf('=');
      return at < 0 ? ([text, ''] as const) : ([text.slice(0, at), text.slice(at + 1)] as const);
    });
    return Object.fromEntries(pairs);
  }
  const entries = [...(readMap(node, findings)?.entries ?? [])];
  return Object.fromEntries(
    entries.flatMap(([key, item]) => {
      if (item.kind === 'scalar') return [[key, scalarText(item)] as const];
      findings.error(item, `expected a value, found ${describeNode(item)}`);
      return [];
    }),
  );
}

function readWorkspace(
  node: PipelineNode,
  findings: Findings,
): WorkflowFile['workspace'] | undefined {
  const map = readMap(node, findings);
  if (map === undefined) return undefined;
  findings.onlyKeys(map, ['base', 'path']);
  return {
    base: readKey(map, 'base', readText, findings) ?? '',
    path: readKey(map, 'path', readText, findings) ?? '',
  };
}
