import type { Quoting } from './quote.ts';
import { quoteWord } from './quote.ts';

/** How a stage's script is run. */
export interface ScriptFrame {
  /** Name of the shell for the first line, as configured. The script itself runs in every POSIX shell. */
  readonly shell: 'bash' | 'sh';
  readonly body: string;
  /** Prints every command before it runs. */
  readonly trace?: boolean;
  /** Ends at the first command that fails. Default: true. */
  readonly errexit?: boolean;
  /** A pipeline fails when any of its commands fails, in shells that know this. Default: true. */
  readonly pipefail?: boolean;
  /** Default: `posix`. */
  readonly quoting?: Quoting;
}

/**
 * The whole script of a stage. Its exit code is that of the first command that failed, of an `exit` of the body, or of
 * the last command.
 *
 * The body is one word for `eval` in a subshell, as with GitLab Runner: an `exit` in it ends the subshell only, standard
 * input is empty, and an unbalanced quote in one command reaches into the next.
 */
export function renderScript(frame: ScriptFrame): string {
  const { shell, body, trace = false, errexit = true, pipefail = true, quoting = 'posix' } = frame;
  return [
    `#!/usr/bin/env ${shell}`,
    '',
    TRAP,
    '',
    ...(trace ? ['set -o xtrace'] : []),
    // Asked in a subshell, because dash ends at an option that it does not know.
    ...(pipefail ? ['if (set -o pipefail) 2>/dev/null; then set -o pipefail; fi'] : []),
    ...(errexit ? ['set -o errexit'] : []),
    'set +o noclobber',
    `(${TRAP}; eval ${quoteWord(body, quoting)}) < /dev/null`,
    'exit $?',
    '',
  ].join('\n');
}

const TRAP = "trap 'exit 1' TERM";
