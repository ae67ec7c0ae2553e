import {
  ConfigProblems,
  formatPosition,
  formatProblem,
  suggestionHint,
  type ConfigProblem,
} from '@millrace/config';
import type { CiMap, CiNode } from './ci-node.ts';

/** Whose problems are being looked for; it decides what is not supported but does not matter. */
export type FindingsView =
  /** The whole pipeline runs. */
  | 'pipeline'
  /** This job runs alone, asked for by name. */
  | 'named'
  /** Another job runs: here only what GitLab itself would refuse counts. */
  | 'other';

/** Problems of a pipeline file, by node. What several jobs inherit from one line is reported once. */
export class Findings {
  readonly #view: FindingsView;
  readonly #store: Store;

  constructor(view: FindingsView = 'pipeline', store: Store = new Store()) {
    this.#view = view;
    this.#store = store;
  }

  /** The same collection, for jobs in another position. */
  in(view: FindingsView): Findings {
    return new Findings(view, this.#store);
  }

  /** GitLab would refuse the file. */
  error(node: CiNode, message: string, hint?: string): void {
    this.#store.add('error', node, message, hint);
  }

  warning(node: CiNode, message: string, hint?: string): void {
    if (this.#view !== 'other') this.#store.add('warning', node, message, hint);
  }

  /** The job would run another script, more often, or not at all. */
  unsupported(node: CiNode, message: string, hint: string): void {
    if (this.#view !== 'other') this.#store.add('error', node, message, hint);
  }

  /** Decides whether and after what the job runs; who asks for it by name has decided that. */
  condition(node: CiNode, message: string, hint: string): void {
    if (this.#view === 'pipeline') this.#store.add('error', node, message, hint);
    else this.warning(node, message, 'the job runs because it was asked for by name');
  }

  /** A key without effect in a local run; gathered into one note a key. */
  ignored(key: string, job: string): void {
    if (this.#view !== 'other')
      this.#store.ignored.set(key, [...(this.#store.ignored.get(key) ?? []), job]);
  }

  /** Refuses keys that are not known, with "did you mean". */
  onlyKeys(map: CiMap, known: readonly string[]): void {
    for (const [key, node] of map.entries) {
      if (!known.includes(key)) this.error(node, 'unknown key', suggestionHint(key, known).hint);
    }
  }

  /** Takes over what the YAML reader found. */
  add(...problems: readonly ConfigProblem[]): void {
    this.#store.problems.add(...problems);
  }

  get warnings(): readonly ConfigProblem[] {
    return this.#store.problems.warnings;
  }

  get notes(): readonly string[] {
    return [...this.#store.ignored].map(
      ([key, jobs]) => `${key} has no effect in a local run (${jobs.join(', ')})`,
    );
  }

  throwIfErrors(file: string): void {
    this.#store.problems.throwIfErrors(file, 'MILLRACE_E_PIPELINE');
  }
}

class Store {
  readonly problems: ConfigProblems = new ConfigProblems();
  readonly ignored: Map<string, readonly string[]> = new Map<string, readonly string[]>();
  readonly #seen = new Set<string>();

  add(severity: ConfigProblem['severity'], node: CiNode, message: string, hint?: string): void {
    const { path, position } = node;
    const problem: ConfigProblem = { severity, message, path, position, hint };
    // A reference that stays was reported already; that it also has the wrong shape says nothing new.
    const key = node.kind === 'reference' ? formatPosition(position) : formatProblem(problem);
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.problems.add(problem);
  }
}
