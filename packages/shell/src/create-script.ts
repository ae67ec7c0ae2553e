import { BOLD_GREEN, BOLD_RED, RESET, YELLOW } from './colors.ts';
import type { Block, ScriptBuilder, ScriptOptions } from './script-builder.ts';
import { sectionLines } from './section-lines.ts';
import { userCommandLines } from './user-commands.ts';
import { envFileLines, exportLine, fileVariableLines } from './variable-lines.ts';
import type { Word } from './word.ts';
import { pathText, wordText } from './word.ts';

const INDENT = '  ';

/** An empty script body. */
export function createScript(options: ScriptOptions = {}): ScriptBuilder {
  const { quoting = 'posix', exitCodeCheck = false } = options;
  const lines: string[] = [];
  let indent = '';

  const word = (text: Word): string => wordText(text, quoting);
  const path = (text: Word): string => pathText(text, quoting);
  const add = (...added: readonly string[]): ScriptBuilder => {
    lines.push(...added.map((line) => indent + line));
    return builder;
  };
  /** Lines of a user, which an indentation could change: a here-document ends at the start of a line. */
  const addRaw = (...added: readonly string[]): ScriptBuilder => {
    lines.push(...added);
    return builder;
  };
  const checked = (command: string): ScriptBuilder => add(command, ...exitCodeLines(exitCodeCheck));
  const say = (text: string): ScriptBuilder => add(`printf '%s\\n' ${word(text)}`);
  const block = (inside: Block): void => {
    const [outer, length] = [indent, lines.length];
    indent += INDENT;
    inside(builder);
    if (lines.length === length) add(':');
    indent = outer;
  };
  const branch = (condition: string, then: Block, otherwise: Block | undefined): ScriptBuilder => {
    add(`if ${condition}; then`);
    block(then);
    if (otherwise !== undefined) {
      add('else');
      block(otherwise);
    }
    return add('fi');
  };
  const words = (command: readonly Word[]): string => command.map((text) => word(text)).join(' ');

  const builder: ScriptBuilder = {
    exportVariable: (name, value) => add(exportLine(name, value, quoting)),
    fileVariable: (directory, name, value) =>
      add(...fileVariableLines(directory, name, value, quoting)),
    envFile: (file) => add(...envFileLines(file, quoting)),
    notice: (text) => say(BOLD_GREEN + text + RESET),
    warning: (text) => say(YELLOW + text + RESET),
    error: (text) => say(BOLD_RED + text + RESET),
    print: (text) => say(RESET + text),
    emptyLine: () => add("printf '\\n'"),
    command: (command) => checked(words(command)),
    commandWithInput: (input, command, { bestEffort = false } = {}) => {
      const pipe = `printf '%s\\n' ${word(input)} | ${words(command)}`;
      return bestEffort ? add(`${pipe} || true`) : checked(pipe);
    },
    userCommands: (commands, userOptions = {}) =>
      addRaw(
        ...commands.flatMap((command, index) => [
          ...userCommandLines(command, index, { ...userOptions, quoting }),
          ...exitCodeLines(exitCodeCheck && command.trim() !== ''),
        ]),
      ),
    mkdir: (directory) => checked(`mkdir -p ${path(directory)}`),
    cd: (directory) => checked(`cd ${path(directory)}`),
    removeFile: (file) => checked(`rm -f ${path(file)}`),
    removeDirectory: (directory) => {
      // Entries of others cannot be changed but perhaps removed; if not, `rm` says so.
      const open = (): ScriptBuilder =>
        add(`chmod -R u+rwX ${path(directory)} 2>/dev/null || true`);
      branch(`[ -d ${path(directory)} ]`, open, undefined);
      return checked(`rm -rf ${path(directory)}`);
    },
    removeBelow: (directory, kind, name) =>
      branch(
        `[ -d ${path(directory)} ]`,
        () =>
          checked(
            kind === 'file'
              ? `find ${path(directory)} -type f -name ${word(name)} -exec rm -f {} \\;`
              : `find ${path(directory)} -depth -type d -name ${word(name)} -exec rm -rf {} \\;`,
          ),
        undefined,
      ),
    ifDirectory: (directory, then, otherwise) =>
      branch(`[ -d ${path(directory)} ]`, then, otherwise),
    ifFile: (file, then, otherwise) => branch(`[ -e ${path(file)} ]`, then, otherwise),
    ifReadable: (file, then, otherwise) => branch(`[ -r ${path(file)} ]`, then, otherwise),
    ifCommand: (command, then, otherwise, { show = false } = {}) =>
      branch(`${words(command)}${show ? '' : ' >/dev/null 2>&1'}`, then, otherwise),
    section: (section, inside) => {
      const { start, end } = sectionLines(section, quoting);
      add(...start);
      inside(builder);
      return add(...end);
    },
    raw: (text) => addRaw(text),
    body: () => (lines.length === 0 ? '' : `${lines.join('\n')}\n`),
  };
  return builder;
}

function exitCodeLines(isOn: boolean): readonly string[] {
  return isOn
    ? [
        '_runner_exit_code=$?',
        'if [ "$_runner_exit_code" -ne 0 ]; then exit "$_runner_exit_code"; fi',
      ]
    : [];
}
