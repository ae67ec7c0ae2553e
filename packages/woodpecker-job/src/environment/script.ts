import { Buffer } from 'node:buffer';

/** How the container of a step with commands starts. */
export const launcher: readonly string[] = [
  '/bin/sh',
  '-c',
  'echo $CI_SCRIPT | base64 -d | /bin/sh -e',
];

/** Variables that the launcher needs: the script, and the shell that users find in `SHELL`. */
export const scriptVariables = (
  commands: readonly string[],
  workingDirectory: string,
): Readonly<Record<string, string>> => ({
  CI_SCRIPT: Buffer.from(stepScript(commands, workingDirectory)).toString('base64'),
  SHELL: '/bin/sh',
});

/**
 * The script of a step: credentials for git where the server sent some, the working directory, then each command behind a
 * line that shows it. Byte by byte what the Woodpecker agent runs.
 */
export function stepScript(commands: readonly string[], workingDirectory: string): string {
  const lines = [
    '',
    'if [ -n "$CI_NETRC_MACHINE" ]; then',
    'cat <<EOF > $HOME/.netrc',
    'machine $CI_NETRC_MACHINE',
    'login $CI_NETRC_USERNAME',
    'password $CI_NETRC_PASSWORD',
    'EOF',
    'chmod 0600 $HOME/.netrc',
    'fi',
    'unset CI_NETRC_USERNAME',
    'unset CI_NETRC_PASSWORD',
    'unset CI_SCRIPT',
    `mkdir -p "${workingDirectory}"`,
    `cd "${workingDirectory}"`,
    ...commands.flatMap((command) => ['', `echo + ${quote(command)}`, command]),
  ];
  return `${lines.join('\n')}\n`;
}

/** As a POSIX shell reads it back. */
function quote(text: string): string {
  if (text === '') return "''";
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`;
}
