import { posix } from 'node:path';
import { parseYaml } from '@millrace/config';
import { compileWorkflow } from './compile-workflow.ts';
import type { CompiledPipeline, SkippedWorkflow, WorkflowDraft } from './compiled-pipeline.ts';
import type { PipelineContext } from './context.ts';
import { Findings } from './findings.ts';
import { readMatrix, type MatrixAxis } from './matrix.ts';
import { matchesWhen, statesOf, type WhenFacts } from './matches-when.ts';
import { metadataEnvironment } from './metadata-environment.ts';
import { toPipelineNode, type PipelineMap } from './pipeline-node.ts';
import { substitute } from './substitute.ts';
import { readWorkflowFile, type RunState, type WorkflowFile } from './workflow-file.ts';
import { workflowLabels } from './workflow-labels.ts';
import { orderWorkflows } from './workflow-order.ts';

/** A pipeline: its files, and what is known around them. */
export interface PipelineSource {
  /** `.woodpecker.yaml`, or every YAML file of `.woodpecker/`; `file` is how messages name it, it is not read. */
  readonly files: readonly { readonly file: string; readonly text: string }[];
  readonly context: PipelineContext;
  /** Makes identifiers for steps and volumes: a ULID in capitals, a new one at every call. */
  readonly newId: () => string;
}

/**
 * Compiles workflow files as a Woodpecker server does, as far as local runs need it.
 * @throws RunnerError `MILLRACE_E_CONFIG_SYNTAX` for what is not YAML; `MILLRACE_E_PIPELINE` naming, with places, everything
 *   that the server would refuse and what local runs cannot follow
 */
export function compilePipeline(source: PipelineSource): CompiledPipeline {
  const findings = new Findings();
  const compiler = new PipelineCompiler(source, findings);
  const files = source.files.toSorted((left, right) => (left.file < right.file ? -1 : 1));
  for (const file of files) compiler.compileFile(file);
  const { workflows, skipped } = orderWorkflows(compiler.drafts, findings);
  findings.throwIfErrors(subjectOf(files));
  return {
    workflows,
    skipped: [...compiler.skipped, ...skipped],
    warnings: findings.warnings,
  };
}

function subjectOf(files: PipelineSource['files']): string {
  return files.length === 1 ? (files[0]?.file ?? '') : 'the pipeline';
}

class PipelineCompiler {
  readonly drafts: WorkflowDraft[] = [];
  readonly skipped: SkippedWorkflow[] = [];
  readonly #source: PipelineSource;
  readonly #findings: Findings;

  constructor(source: PipelineSource, findings: Findings) {
    this.#source = source;
    this.#findings = findings;
  }

  compileFile({ file, text }: PipelineSource['files'][number]): void {
    // The server reads the matrix before it substitutes anything.
    const root = this.#parse(text, file, false);
    if (root === undefined) return;
    for (const axis of readMatrix(root, this.#findings))
      this.#compileAxis(nameOf(file), file, text, axis);
  }

  #compileAxis(name: string, file: string, text: string, axis: MatrixAxis): void {
    const { context, newId } = this.#source;
    const number = this.drafts.length + 1;
    const metadata = metadataEnvironment(context, { name, number });
    const variables = { ...context.globalVariables, ...context.variables, ...metadata, ...axis };
    const substituted = this.#substitute(text, file, variables);
    const root = substituted === undefined ? undefined : this.#parse(substituted, file, true);
    if (root === undefined) return;
    const written = readWorkflowFile(root, this.#findings);
    const skip = (reason: string): void => {
      this.skipped.push({ name, matrix: axis, reason });
    };
    // Conditions of `evaluate` see the run's own variables before those of the matrix.
    const facts: WhenFacts = { context, environment: { ...variables, ...metadata } };
    if (!matchesWhen(written.when, facts, this.#findings)) {
      skip('its when does not hold');
      return;
    }
    const labels = workflowLabels(written.labels, context);
    const surroundings = { context, axis, metadata, labels, newId };
    const config = compileWorkflow(written, root, surroundings, this.#findings);
    if (config.pipeline.length === 0) {
      skip('no step of it runs');
      return;
    }
    this.drafts.push({
      workflow: {
        name,
        number,
        matrix: axis,
        dependsOn: written.dependsOn.map((dependency) => dependency.name),
        runsOn: runsOn(written, facts, this.#findings),
        labels,
        config,
      },
      dependsOn: written.dependsOn,
    });
  }

  #substitute(
    text: string,
    file: string,
    variables: Readonly<Record<string, string>>,
  ): string | undefined {
    const result = substitute(text, (name) => {
      const value = Object.hasOwn(variables, name) ? (variables[name] ?? '') : '';
      // A line break in a value would change the structure of the file.
      return value.includes('\n') ? JSON.stringify(value) : value;
    });
    if (result.ok) return result.text;
    const before = text.slice(0, result.fault.offset).split('\n');
    this.#findings.add({
      severity: 'error',
      message: result.fault.message,
      path: [],
      position: { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 },
      hint: 'for text that is not meant for the server write $${ instead of ${',
    });
    return undefined;
  }

  #parse(text: string, file: string, isFinal: boolean): PipelineMap | undefined {
    const document = parseYaml(text, file, { listMerges: true });
    if (isFinal) this.#findings.add(...document.warnings);
    const root = toPipelineNode(document, file);
    if (root.kind === 'map') return root;
    this.#findings.error(
      root,
      'this file is no workflow',
      'write steps: with at least one - name: and image:',
    );
    return undefined;
  }
}

function nameOf(file: string): string {
  return posix
    .basename(file.replaceAll('\\', '/'))
    .replace(/\.yml$/u, '')
    .replace(/\.yaml$/u, '')
    .replace(/^\./u, '');
}

/** A status of `when` that includes failure stands for both, as on the server. */
function runsOn(
  { runsOn: states, when }: WorkflowFile,
  facts: WhenFacts,
  findings: Findings,
): readonly RunState[] {
  if (!statesOf(when, facts, findings).onFailure) return states;
  return [...new Set<RunState>([...states, 'failure', 'success'])];
}
