import { suggestionHint } from '@millrace/config';
import { readArtifacts } from './artifacts.ts';
import { describeNode, getEntry, type CiMap, type CiNode } from './ci-node.ts';
import type { Findings } from './findings.ts';
import { readImage, readServices } from './image.ts';
import { readNeeds, type CiNeed } from './needs.ts';
import type { JobWhen, PipelineJob } from './pipeline.ts';
import {
  readBoolean,
  readChoice,
  readMap,
  readScript,
  readString,
  readStrings,
} from './read-values.ts';
import { readTimeout } from './timeout.ts';
import { overlayVariables, readVariables, type CiVariable } from './variables.ts';

/** A job as written, before its place among the others is known. */
export interface JobDraft extends Omit<PipelineJob, 'after' | 'hasNeeds' | 'artifactsFrom'> {
  readonly node: CiMap;
  readonly stageNode: CiNode;
  readonly needs: readonly CiNeed[] | undefined;
  readonly dependencies: { readonly names: readonly string[]; readonly node: CiNode } | undefined;
}

/** GitLab: the stage of a job that names none. */
const usualStage = 'test';
const whens: readonly JobWhen[] = ['on_success', 'on_failure', 'always', 'manual', 'delayed'];

/** @param job - with everything extended, referred to and inherited */
export function readJob(
  name: string,
  job: CiMap,
  globals: readonly CiVariable[],
  findings: Findings,
): JobDraft {
  const read = <Value>(
    key: string,
    reader: (node: CiNode, findings: Findings) => Value | undefined,
  ): Value | undefined => {
    const node = getEntry(job, key);
    return node === undefined ? undefined : reader(node, findings);
  };
  const lines = (key: string): readonly string[] =>
    read(key, (node) => readScript(node, findings)) ?? [];
  const when = read('when', readWhen) ?? 'on_success';
  const timeout = read('timeout', readTimeout);
  const image = read('image', (node) => readImage(node, 'image', findings));
  const artifacts = read('artifacts', readArtifacts);
  return {
    name,
    stage: read('stage', readString) ?? usualStage,
    when,
    // GitLab: nobody waits for a manual job unless it says otherwise.
    allowFailure: read('allow_failure', readAllowFailure) ?? when === 'manual',
    script: [...lines('before_script'), ...lines('script')],
    afterScript: lines('after_script'),
    preGetSources: read('hooks', readPreGetSources) ?? [],
    services: read('services', readServices) ?? [],
    variables: overlayVariables(
      globals,
      read('variables', (node) => readVariables(node, 'job', findings)) ?? [],
    ),
    ...(timeout === undefined ? {} : { timeout }),
    ...(image === undefined ? {} : { image }),
    ...(artifacts === undefined ? {} : { artifacts }),
    node: job,
    stageNode: getEntry(job, 'stage') ?? job,
    needs: read('needs', readNeeds),
    dependencies: read('dependencies', readDependencies),
  };
}

function readWhen(node: CiNode, findings: Findings): JobWhen | undefined {
  if (node.kind === 'scalar' && node.value === 'never') {
    findings.error(
      node,
      'when: never is only for rules',
      'put a dot before the name of the job to turn it off',
    );
    return undefined;
  }
  return readChoice(node, whens, findings);
}

function readAllowFailure(
  node: CiNode,
  findings: Findings,
): PipelineJob['allowFailure'] | undefined {
  if (node.kind !== 'map') return readBoolean(node, findings);
  findings.onlyKeys(node, ['exit_codes']);
  const codes = getEntry(node, 'exit_codes');
  const items = codes?.kind === 'list' ? codes.items : [codes];
  const numbers = items.flatMap((item) =>
    item?.kind === 'scalar' && typeof item.value === 'number' ? [item.value] : [],
  );
  if (numbers.length === items.length) return { exitCodes: numbers };
  findings.error(codes ?? node, 'expected exit codes', 'write exit_codes: 3, or a list of numbers');
  return undefined;
}

function readPreGetSources(node: CiNode, findings: Findings): readonly string[] | undefined {
  const map = readMap(node, findings);
  if (map === undefined) return undefined;
  findings.onlyKeys(map, ['pre_get_sources_script']);
  const script = getEntry(map, 'pre_get_sources_script');
  return script === undefined ? undefined : readScript(script, findings);
}

function readDependencies(node: CiNode, findings: Findings): JobDraft['dependencies'] {
  const names = readStrings(node, findings);
  return names === undefined ? undefined : { names, node };
}

/** A mapping at the top level without a script is no job; most often it is a misspelt key or a template without its dot. */
export function checkScript(
  name: string,
  job: CiMap,
  otherKeys: readonly string[],
  findings: Findings,
): boolean {
  const script = getEntry(job, 'script');
  const elsewhere = ['run', 'trigger'].some((key) => getEntry(job, key) !== undefined);
  const isEmpty = script?.kind === 'list' && script.items.length === 0;
  if ((script !== undefined && !isEmpty) || elsewhere) return true;
  for (const [key, written] of job.entries) {
    const { hint: meant } = suggestionHint(key, ['script']);
    if (script !== undefined || meant === undefined) continue;
    findings.error(written, 'unknown key', meant);
    return false;
  }
  const hint =
    suggestionHint(name, otherKeys).hint ?? `add script:, or call it .${name} if it is a template`;
  findings.error(
    script ?? job,
    script === undefined
      ? 'this job has no script'
      : `the script is ${describeNode(script)} without commands`,
    hint,
  );
  return false;
}
