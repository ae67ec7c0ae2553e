import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createScript } from './create-script.ts';
import type { ScriptFrame } from './render-script.ts';
import { renderScript } from './render-script.ts';
import type { ScriptBuilder } from './script-builder.ts';
import { expandable } from './word.ts';

/** Shells that this machine has; every machine has `sh`. */
const shells = ['sh', 'bash', 'dash', 'busybox'].filter(
  (shell) => spawnSync(shell, ['--help']).error === undefined,
);
const argv = (shell: string, file: string): readonly [string, readonly string[]] =>
  shell === 'busybox' ? [shell, ['sh', file]] : [shell, [file]];

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-shell-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

const fileOf = (script: ScriptBuilder, frame: Partial<ScriptFrame> = {}): string => {
  const file = join(directory, 'script');
  writeFileSync(file, renderScript({ shell: 'bash', body: script.body(), ...frame }));
  return file;
};

describe.each(shells)('in %s', (shell) => {
  const run = (script: ScriptBuilder, frame: Partial<ScriptFrame> = {}): Ran => {
    const [command, args] = argv(shell, fileOf(script, frame));
    const { status, stdout, stderr } = spawnSync(command, args, {
      cwd: directory,
      encoding: 'utf8',
      input: 'from outside',
      env: { PATH: process.env['PATH'] },
    });
    return { code: status, out: stdout, error: stderr };
  };
  const user = (...lines: readonly string[]): ScriptBuilder => createScript().userCommands(lines);
  /** Output without the lines that echo commands. */
  const output = (ran: Ran): string =>
    ran.out.replaceAll(/^\u001B\[32;1m\$ [^\u001B]*\u001B\[0;m\n/gm, '');

  it.each([
    ['spaces', ' two  words '],
    ['quotes', `"it's"`],
    ['newlines', 'a\n\nb\n'],
    ['references', '$HOME ${PATH} $(id) `id`'],
    ['backslashes', String.raw`a\nb\\c`],
    ['unicode', 'ünï ☃'],
    ['a leading dash', '-n -e'],
    ['nothing', ''],
    ['patterns', '* ? [a] ~ !'],
  ])('a variable with %s arrives as it is, in the shell and in commands', (_what, value) => {
    const script = createScript()
      .exportVariable('VALUE', value)
      .userCommands([`printf '<%s>\\n' "$VALUE"`, `env -0 | tr '\\0\\n' '\\n@' | grep ^VALUE=`]);
    expect(output(run(script))).toBe(`<${value}>\nVALUE=${value.replaceAll('\n', '@')}\n`);
  });

  it('a file variable is a file with exactly the value', () => {
    const tmp = join(directory, 'a b.tmp');
    const script = createScript()
      .fileVariable(tmp, 'CERT', 'line\n$x')
      .userCommands(['printf %s "$CERT"']);
    expect(output(run(script))).toBe(`${tmp}/CERT`);
    expect(readFileSync(`${tmp}/CERT`, 'utf8')).toBe('line\n$x');
  });

  it('a variable may refer to others when it says so, and to nothing else', () => {
    const script = createScript()
      .exportVariable('A', 'x  y')
      .exportVariable('B', expandable('$A/${A}/$(id)`id`"\\'))
      .userCommands(['printf "%s" "$B"']);
    expect(output(run(script))).toBe('x  y/x  y/$(id)`id`"\\');
  });

  it('the environment file passes variables on to later stages', () => {
    const file = join(directory, 'tmp', 'env');
    const first = createScript()
      .envFile(file)
      .userCommands([
        `echo 'A=1 2' >> "$GITLAB_ENV"; echo >> "$GITLAB_ENV"; printf 'B=$x' >> "$GITLAB_ENV"`,
      ]);
    expect(run(first).code).toBe(0);
    expect(output(run(createScript().envFile(file).userCommands(['echo "$A|$B"'])))).toBe(
      '1 2|$x\n',
    );
  });

  it.each([
    ['succeeds with its commands', ['true'], 0],
    ['has the code of the command that failed', ['sh -c "exit 42"', 'echo never'], 42],
    ['has the code of an exit inside', ['exit 7', 'echo never'], 7],
    ['ends well by an exit inside', ['exit 0', 'false'], 0],
    ['fails with 127 for a command that is not there', ['no-such-command-here'], 127],
    [
      'does not fail for a command that is asked about',
      ['if false; then :; fi', 'false || true'],
      0,
    ],
  ] as const)('a script %s', (_behaviour, lines, code) => {
    const ran = run(user(...lines));
    expect(ran.code).toBe(code);
    expect(output(ran)).not.toContain('never');
  });

  it('commands share one shell: directory, variables and functions stay', () => {
    mkdirSync(join(directory, 'sub'));
    const script = user('cd sub', 'X=1', 'f() { echo "in $(basename "$PWD") with $X"; }', 'f');
    expect(output(run(script))).toBe('in sub with 1\n');
  });

  it('a here-document and quotes over several lines work, also in an indented block', () => {
    const script = createScript().ifDirectory('.', (then) =>
      then.userCommands(["cat <<EOF\nline $((1 + 1))\n  it's\nEOF", "echo 'a\nb'"]),
    );
    expect(output(run(script))).toBe("line 2\n  it's\na\nb\n");
  });

  it('standard input is empty', () => {
    expect(output(run(user('cat', 'echo end')))).toBe('end\n');
  });

  it('a script that wants every variable set can have it', () => {
    const script = createScript()
      .raw('set -o nounset')
      .envFile(join(directory, 'env'))
      .exportVariable('A', '1')
      .section({ name: 's', header: 'h' }, (inside) => inside.notice('n'))
      .userCommands(['echo "$A"']);
    expect(run(script).code).toBe(0);
    expect(
      run(createScript().raw('set -o nounset').userCommands(['echo "$MISSING"'])).code,
    ).not.toBe(0);
  });

  it('commands are shown before they run, the first line of long ones, empty ones as an empty line', () => {
    expect(run(user('  echo "a  b"  ', '', 'echo x\necho y')).out).toBe(
      '\u001B[32;1m$ echo "a  b"\u001B[0;m\na  b\n\n' +
        '\u001B[32;1m$ echo x # collapsed multi-line command\u001B[0;m\nx\ny\n',
    );
  });

  it('long commands may be shown whole in a collapsed section', () => {
    const script = createScript().userCommands(['true', 'echo x\necho y'], {
      prefix: 'script_step',
      sections: true,
    });
    expect(run(script).out.replaceAll(/:\d+:/g, ':0:')).toBe(
      '\u001B[32;1m$ true\u001B[0;m\n' +
        'section_start:0:section_script_step_1[hide_duration=true,collapsed=true]\r\u001B[0K' +
        '\u001B[32;1m$ echo x\necho y\u001B[0;m\nsection_end:0:section_script_step_1\r\u001B[0K\nx\ny\n',
    );
  });

  it('lines are printed as they are, in their colours', () => {
    const text = String.raw`-n \t $x ü`;
    const script = createScript().notice(text).warning(text).error(text).print(text).emptyLine();
    expect(run(script).out).toBe(
      `\u001B[32;1m${text}\u001B[0;m\n\u001B[0;33m${text}\u001B[0;m\n\u001B[31;1m${text}\u001B[0;m\n\u001B[0;m${text}\n\n`,
    );
  });

  it('a section has a time, a header and an end', () => {
    const script = createScript().section(
      { name: 'x', header: 'The % title', options: { collapsed: 'true' } },
      (inside) => inside.print('in'),
    );
    expect(run(script).out).toMatch(
      /^section_start:\d{10,}:section_x\[collapsed=true\]\r\u001B\[0K\u001B\[36;1mThe % title\u001B\[0;m\n\u001B\[0;min\nsection_end:\d{10,}:section_x\r\u001B\[0K\n$/,
    );
  });

  it('blocks follow what is there, also without content', () => {
    writeFileSync(join(directory, '-file'), '');
    const say = (text: string) => (script: ScriptBuilder) => script.print(text);
    const script = createScript()
      .ifFile('-file', say('file'), say('no file'))
      .ifDirectory('-file', say('directory'), (otherwise) =>
        otherwise.ifReadable('-file', say('readable')),
      )
      .ifCommand(['echo', 'hidden'], say('yes'), say('no'))
      .ifCommand(['false'], say('yes'), say('no'))
      .ifCommand(['echo', 'shown'], () => undefined, undefined, { show: true })
      .ifCommand(['no-such-command-here'], say('yes'));
    expect(run(script)).toEqual({
      code: 0,
      out:
        ['file', 'readable', 'yes', 'no'].map((text) => `\u001B[0;m${text}\n`).join('') + 'shown\n',
      error: '',
    });
  });

  it('files and directories are made and removed, read-only ones too', () => {
    const script = createScript()
      .mkdir('-a b/c')
      .cd('-a b')
      .command(['touch', 'c/f', 'c/g.lock', 'h.lock'])
      .removeFile('c/f')
      .removeBelow('.', 'file', '*.lock')
      .removeBelow('missing', 'file', '*')
      .command(['find', '.', '-type', 'f'])
      .mkdir('x/hooks/y')
      .removeBelow('x', 'directory', 'hooks')
      .command(['ls', 'x']);
    expect(run(script)).toEqual({ code: 0, out: '', error: '' });
    expect(existsSync(join(directory, '-a b', 'x'))).toBe(true);
    chmodSync(join(directory, '-a b', 'c'), 0o500);
    expect(run(createScript().removeDirectory('-a b').removeDirectory('none'))).toMatchObject({
      code: 0,
    });
    expect(existsSync(join(directory, '-a b'))).toBe(false);
  });

  it('a command may be given input, and may fail when nobody minds', () => {
    const script = createScript()
      .commandWithInput('a\nb', ['cat'])
      .commandWithInput('x', ['false'], { bestEffort: true })
      .command(['echo', "it's", expandable('$PWD')]);
    expect(run(script).out).toBe(`a\nb\nit's ${directory}\n`);
  });

  it('the exit code can be checked after every command', () => {
    const script = createScript({ exitCodeCheck: true }).userCommands([
      'sh -c "exit 9"',
      'echo never',
    ]);
    expect(run(script, { errexit: false }).code).toBe(9);
  });

  it('without errexit a script goes on and ends with its last command', () => {
    const ran = run(user('false', 'sh -c "exit 3"'), { errexit: false });
    expect(ran.code).toBe(3);
  });

  it('a trace shows the commands on the error stream', () => {
    expect(run(user('echo traced'), { trace: true }).error).toContain('+ echo traced');
  });

  it('files may be overwritten', () => {
    const script = createScript().userCommands(['echo a > f', 'echo b > f', 'cat f']);
    expect(output(run(script))).toBe('b\n');
  });

  it('SIGTERM ends it with 1', async () => {
    const [command, args] = argv(shell, fileOf(user('echo ready; while :; do sleep 0.01; done')));
    const child = spawn(command, args, {
      cwd: directory,
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const exited = once(child, 'exit');
    let seen = '';
    for await (const chunk of child.stdout) {
      seen += String(chunk);
      if (seen.includes('\nready')) break;
    }
    process.kill(-(child.pid ?? 0), 'SIGTERM');
    expect((await exited)[0]).toBe(1);
  });
});

describe('pipefail', () => {
  const codeIn = (shell: string, frame: Partial<ScriptFrame>): number | null =>
    spawnSync(shell, [fileOf(createScript().userCommands(['false | true']), frame)]).status;

  it('counts where the shell knows it, unless it is off', () => {
    expect(codeIn('bash', {})).toBe(1);
    expect(codeIn('bash', { pipefail: false })).toBe(0);
  });
});

it('with the quoting of GitLab Runner runs in bash', () => {
  const script = createScript({ quoting: 'ansi-c' })
    .exportVariable('A', "it's\nü")
    .userCommands(['printf "%s" "$A"']);
  const ran = spawnSync('bash', [fileOf(script, { quoting: 'ansi-c' })], { encoding: 'utf8' });
  expect(ran.stdout.endsWith("it's\nü")).toBe(true);
});

it('names the configured shell in its first line', () => {
  expect(renderScript({ shell: 'sh', body: '' }).split('\n', 2)).toEqual(['#!/usr/bin/env sh', '']);
});
