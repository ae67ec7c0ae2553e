import { RunnerError } from '@millrace/core';
import { describeProblem, type ConfigProblem } from './config-problem.ts';

/** A file that is no YAML at all can have an error on every line. */
const maxListed = 20;

/** Gathers problems while a file is read, so that its author sees all of them at once. */
export class ConfigProblems {
  readonly #problems: ConfigProblem[] = [];

  add(...problems: readonly ConfigProblem[]): void {
    this.#problems.push(...problems);
  }

  error(problem: Omit<ConfigProblem, 'severity'>): void {
    this.add({ ...problem, severity: 'error' });
  }

  warning(problem: Omit<ConfigProblem, 'severity'>): void {
    this.add({ ...problem, severity: 'warning' });
  }

  /** In the order they were found. */
  get errors(): readonly ConfigProblem[] {
    return this.#problems.filter(({ severity }) => severity === 'error');
  }

  /** In the order they were found. */
  get warnings(): readonly ConfigProblem[] {
    return this.#problems.filter(({ severity }) => severity === 'warning');
  }

  /**
   * @param subject - what has the problems, for the first line: usually the file
   * @throws RunnerError `MILLRACE_E_CONFIG` (or `code`), naming the errors in the order of the file (twenty of them;
   *   `details.problems` has all); its position is the first one's
   */
  throwIfErrors(subject: string, code: `MILLRACE_E_${string}` = 'MILLRACE_E_CONFIG'): void {
    const errors = inFileOrder(this.errors);
    const [first] = errors;
    if (first === undefined) return;
    const details = { problems: errors };
    const position = first.position === undefined ? {} : { position: first.position };
    if (errors.length === 1) {
      const hint = first.hint === undefined ? {} : { hint: first.hint };
      throw new RunnerError(describeProblem(first), {
        code,
        kind: 'config',
        details,
        ...position,
        ...hint,
      });
    }
    const lines = errors
      .slice(0, maxListed)
      .map((problem) => `  ${describeProblem(problem)}${inBrackets(problem.hint)}`);
    if (errors.length > maxListed) lines.push(`  and ${errors.length - maxListed} more`);
    throw new RunnerError([`${subject} has ${errors.length} problems:`, ...lines].join('\n'), {
      code,
      kind: 'config',
      details,
      ...position,
    });
  }
}

const inBrackets = (hint: string | undefined): string => (hint === undefined ? '' : ` (${hint})`);

/** Problems without a place come last; the sort is stable, so ties stay as found. */
function inFileOrder(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const line = ({ position }: ConfigProblem): number => position?.line ?? Number.MAX_SAFE_INTEGER;
  const column = ({ position }: ConfigProblem): number => position?.column ?? 0;
  return problems.toSorted((a, b) => line(a) - line(b) || column(a) - column(b));
}
