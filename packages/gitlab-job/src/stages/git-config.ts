import type { ScriptBuilder } from '@millrace/shell';
import type { ScriptSource } from './stage-script.ts';

/** An address with the credentials that open it, and without. */
export interface RemoteAddress {
  readonly withCredentials: string;
  readonly plain: string;
}

/** Git configuration with credentials; removed when the job ends. */
export const extraGitConfig = ({ layout }: ScriptSource): string =>
  `${layout.directories.temporary}/.gitlab-runner.ext.conf`;

/** Directory that gives a new repository its configuration. */
export const gitTemplate = ({ layout }: ScriptSource): string =>
  `${layout.directories.temporary}/git-template`;

/** The repository's address: the operator's base address if there is one, else the one the job names. */
export function remoteAddress({ context, layout }: ScriptSource): RemoteAddress {
  const { cloneUrl } = context.settings;
  const { repoUrl } = context.payload.git;
  const projectPath = layout.variables.valueOf('CI_PROJECT_PATH');
  if (cloneUrl === '' || !URL.canParse(cloneUrl)) return split(repoUrl);
  const base = new URL(cloneUrl);
  base.pathname = `${base.pathname.replace(/\/$/, '')}/${projectPath}.git`;
  if (base.protocol !== 'ssh:') {
    base.username = 'gitlab-ci-token';
    base.password = context.payload.token;
  }
  return split(base.href);
}

/** Scheme and host of an address, with and without credentials. */
function hostAddress(address: RemoteAddress): RemoteAddress | undefined {
  if (!URL.canParse(address.withCredentials)) return undefined;
  const { protocol, host, username, password } = new URL(address.withCredentials);
  if (host === '' || username === '') return undefined;
  return {
    withCredentials: `${protocol}//${username}:${password}@${host}`,
    plain: `${protocol}//${host}`,
  };
}

/**
 * Writes the configuration by which git finds the credentials of an address that names none, so that neither the
 * remote's address nor the command line of git has them.
 */
export function writeExtraConfig(source: ScriptSource, script: ScriptBuilder): void {
  const file = extraGitConfig(source);
  const remote = remoteAddress(source);
  const host = hostAddress(remote);
  script.removeFile(file);
  const { flags, request } = source.context;
  const set = (key: string, value: string): void =>
    void script.command(['git', 'config', '--file', file, key, value]);
  const { correlationId } = request;
  if (correlationId !== undefined && flags.isOn('FF_USE_GITALY_CORRELATION_ID')) {
    set('http.extraHeader', `X-Gitaly-Correlation-ID: ${correlationId}`);
    script.notice(`Gitaly correlation ID: ${correlationId}`);
  }
  if (flags.isOn('FF_USE_GIT_BUNDLE_URIS')) set('transfer.bundleURI', 'true');
  for (const { withCredentials, plain } of host === undefined ? [remote] : [remote, host]) {
    if (withCredentials !== plain)
      script.command([
        'git',
        'config',
        '--file',
        file,
        '--replace-all',
        `url.${withCredentials}.insteadOf`,
        plain,
        `^${plain.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}$`,
      ]);
  }
}

/** Makes git forget what a credential helper may have stored for the server. */
export function forgetCredentials(source: ScriptSource, script: ScriptBuilder): void {
  const host = hostAddress(remoteAddress(source));
  if (host === undefined || source.context.build.strategy === 'none') return;
  script.commandWithInput(
    `url=${host.plain}\nusername=gitlab-ci-token`,
    ['git', 'credential', 'reject'],
    { bestEffort: true },
  );
}

function split(address: string): RemoteAddress {
  if (!URL.canParse(address)) return { withCredentials: address, plain: address };
  const url = new URL(address);
  if (url.protocol !== 'ssh:') url.username = '';
  url.password = '';
  return { withCredentials: address, plain: url.href };
}
