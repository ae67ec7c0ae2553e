import {
  ConfigProblems,
  formatProblem,
  suggestionHint,
  type ConfigProblem,
} from '@millrace/config';
import type { PipelineMap, PipelineNode } from './pipeline-node.ts';

/** Problems of a pipeline, by node. What every combination of a matrix meets is reported once. */
export class Findings {
  readonly #problems: ConfigProblems = new ConfigProblems();
  readonly #seen = new Set<string>();

  /** The server would refuse the file, or the run would mean something else. */
  error(node: PipelineNode, message: string, hint?: string): void {
    this.#add('error', node, message, hint);
  }

  warning(node: PipelineNode, message: string, hint?: string): void {
    this.#add('warning', node, message, hint);
  }

  /** The server ignores keys that it does not know; here they are told, with "did you mean". */
  onlyKeys(map: PipelineMap, known: readonly string[]): void {
    for (const [key, node] of map.entries) {
      if (!known.includes(key))
        this.warning(
          node,
          'unknown key, it has no effect',
          suggestionHint(key, known).hint ?? 'remove it',
        );
    }
  }

  /** Takes over problems that have their place already. */
  add(...problems: readonly ConfigProblem[]): void {
    for (const problem of problems) {
      const line = formatProblem(problem);
      if (this.#seen.has(line)) continue;
      this.#seen.add(line);
      this.#problems.add(problem);
    }
  }

  get warnings(): readonly ConfigProblem[] {
    return this.#problems.warnings;
  }

  /** With an error all are told: what is only a warning, such as a misspelt key, is often its reason. */
  throwIfErrors(subject: string): void {
    const { errors, warnings } = this.#problems;
    if (errors.length === 0) return;
    const all = new ConfigProblems();
    all.add(...errors, ...warnings.map((each) => ({ ...each, severity: 'error' as const })));
    all.throwIfErrors(subject, 'MILLRACE_E_PIPELINE');
  }

  #add(
    severity: ConfigProblem['severity'],
    node: PipelineNode,
    message: string,
    hint?: string,
  ): void {
    this.add({ severity, message, path: node.path, position: node.position, hint });
  }
}
