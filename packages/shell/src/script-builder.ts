import type { Word } from './word.ts';

/**
 * Writes the body of a stage's script, one primitive after another. All texts are quoted; only `raw` and `userCommands`
 * take shell. Each method returns the builder.
 */
export interface ScriptBuilder {
  /** Exports a variable with a literal value. */
  readonly exportVariable: (name: string, value: Word) => ScriptBuilder;
  /** Writes a value to the file `directory/name` and exports the file's path as the variable. */
  readonly fileVariable: (directory: string, name: string, value: string) => ScriptBuilder;
  /**
   * Exports `GITLAB_ENV` as the path of a file that later stages read, makes the file, and exports each of its
   * `NAME=value` lines.
   */
  readonly envFile: (path: string) => ScriptBuilder;
  /** A line in bold green. */
  readonly notice: (text: string) => ScriptBuilder;
  /** A line in yellow. */
  readonly warning: (text: string) => ScriptBuilder;
  /** A line in bold red; the script goes on. */
  readonly error: (text: string) => ScriptBuilder;
  /** A line without colour. */
  readonly print: (text: string) => ScriptBuilder;
  readonly emptyLine: () => ScriptBuilder;
  /** Runs a command; fails the script when it fails. */
  readonly command: (words: readonly Word[]) => ScriptBuilder;
  /** Runs a command with `input` and a newline as its standard input; `bestEffort` ignores that it fails. */
  readonly commandWithInput: (
    input: string,
    words: readonly Word[],
    options?: { readonly bestEffort?: boolean },
  ) => ScriptBuilder;
  /** Commands of a user, each echoed before it runs. They share one shell. */
  readonly userCommands: (lines: readonly string[], options?: UserCommandOptions) => ScriptBuilder;
  /** Makes a directory and its parents. */
  readonly mkdir: (path: Word) => ScriptBuilder;
  readonly cd: (path: Word) => ScriptBuilder;
  readonly removeFile: (path: Word) => ScriptBuilder;
  /** Removes a directory, also one with entries that were made read-only. */
  readonly removeDirectory: (path: Word) => ScriptBuilder;
  /** Removes files or directories of a name anywhere below a directory, if it exists. `name` may have `*`. */
  readonly removeBelow: (path: Word, kind: 'file' | 'directory', name: string) => ScriptBuilder;
  readonly ifDirectory: (path: Word, then: Block, otherwise?: Block) => ScriptBuilder;
  /** Whether something exists at a path. */
  readonly ifFile: (path: Word, then: Block, otherwise?: Block) => ScriptBuilder;
  readonly ifReadable: (path: Word, then: Block, otherwise?: Block) => ScriptBuilder;
  /** Whether a command succeeds; its output is discarded unless `show` is set. */
  readonly ifCommand: (
    words: readonly Word[],
    then: Block,
    otherwise?: Block,
    options?: { readonly show?: boolean },
  ) => ScriptBuilder;
  /** A section of the job log around what `inside` writes. */
  readonly section: (section: ScriptSection, inside: Block) => ScriptBuilder;
  /** Lines of shell as they are. */
  readonly raw: (text: string) => ScriptBuilder;
  /** The body so far. */
  readonly body: () => string;
}

/** Writes a part of a script. */
export type Block = (script: ScriptBuilder) => unknown;

/** How commands of a user are shown. */
export interface UserCommandOptions {
  /** GitLab's name for these commands, `script_step`; sections are named by it. */
  readonly prefix?: string;
  /** Whether a command of several lines is shown whole, as a collapsed section. */
  readonly sections?: boolean;
}

/** A section of the job log. */
export interface ScriptSection {
  /** Without `section_`. */
  readonly name: string;
  readonly header: string;
  readonly options?: Readonly<Record<string, string>>;
}

/** How a script is written. */
export interface ScriptOptions {
  /** Default: `posix`, which every shell understands. */
  readonly quoting?: 'posix' | 'ansi-c';
  /** Checks the exit code after every command, for commands that errexit does not stop. */
  readonly exitCodeCheck?: boolean;
}
