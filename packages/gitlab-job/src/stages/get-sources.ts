import type { ScriptBuilder } from '@millrace/shell';
import { giveToOwner } from '../ownership.ts';
import {
  extraGitConfig,
  forgetCredentials,
  gitTemplate,
  remoteAddress,
  writeExtraConfig,
} from './git-config.ts';
import { exportVariables, finishScript, newScript, type ScriptSource } from './stage-script.ts';

/** Files of git that an interrupted job may leave and that would stop the next one. */
const staleFiles = [
  'index.lock',
  'shallow.lock',
  'HEAD.lock',
  'hooks/post-checkout',
  'config.lock',
];

/** Gets the sources with git, as the job's strategy says. */
export function getSourcesScript(source: ScriptSource): string {
  const { context, layout } = source;
  const { strategy, skipLfs } = context.build;
  const { project } = layout.directories;
  const script = newScript(source);
  exportVariables(source, script);
  script.exportVariable('GIT_TERMINAL_PROMPT', '0');
  script.exportVariable('GCM_INTERACTIVE', 'Never');
  if (strategy === 'none') {
    script.notice('Skipping Git repository setup').mkdir(project);
  } else if (strategy === 'empty') {
    script.notice('Skipping Git repository setup and creating an empty build directory');
    script.removeDirectory(project).mkdir(project);
  } else {
    userHook(source, script, 'pre_get_sources_script');
    if (!skipLfs) script.exportVariable('GIT_LFS_SKIP_SMUDGE', '1');
    fetch(source, script);
    checkout(source, script);
  }
  script.notice('Skipping Git submodules setup');
  if (strategy !== 'none' && strategy !== 'empty')
    userHook(source, script, 'post_get_sources_script');
  giveToOwner(source, script);
  forgetCredentials(source, script);
  return finishScript(source, script);
}

function fetch(source: ScriptSource, script: ScriptBuilder): void {
  const { context, layout } = source;
  const { strategy, fetchFlags } = context.build;
  const { git } = context.payload;
  const { project } = layout.directories;
  const remote = remoteAddress(source);
  removeStaleFiles(source, script);
  writeTemplate(source, script);
  writeExtraConfig(source, script);
  if (strategy === 'clone') script.removeDirectory(project);
  const depth = git.depth > 0 ? ['--depth', String(git.depth)] : [];
  script.notice(
    git.depth > 0
      ? `Fetching changes with git depth set to ${git.depth}...`
      : 'Fetching changes...',
  );
  const format = git.objectFormat === 'sha1' ? [] : ['--object-format', git.objectFormat];
  script.command(['git', 'init', project, '--template', gitTemplate(source), ...format]);
  script.cd(project);
  script.ifCommand(
    ['git', 'remote', 'add', 'origin', remote.plain],
    (fresh) => fresh.notice('Created fresh repository.'),
    (known) => known.command(['git', 'remote', 'set-url', 'origin', remote.plain]),
  );
  includeExtraConfig(source, script, `${project}/.git/config`);
  const command = [
    'git',
    '-c',
    `http.userAgent=${userAgent(source)}`,
    'fetch',
    'origin',
    '--no-recurse-submodules',
    ...git.refspecs,
    ...depth,
    ...fetchFlags,
  ];
  if (git.depth > 0) script.command(command);
  else
    script.ifFile(
      `${project}/.git/shallow`,
      (shallow) => shallow.command([...command, '--unshallow']),
      (whole) => whole.command(command),
    );
}

function checkout(source: ScriptSource, script: ScriptBuilder): void {
  const { build, payload } = source.context;
  if (!build.checkout) {
    script.notice('Skipping Git checkout');
    return;
  }
  const { sha, ref } = payload.git;
  script.notice(`Checking out ${sha.slice(0, 8)} as detached HEAD (ref is ${ref})...`);
  script.command(['git', '-c', 'submodule.recurse=false', 'checkout', '-f', '-q', sha]);
  if (build.cleanFlags.length > 0) script.command(['git', 'clean', ...build.cleanFlags]);
  if (build.skipLfs) return;
  script.ifCommand(['git', 'lfs', 'version'], (lfs) =>
    lfs.command(['git', 'lfs', 'pull']).emptyLine(),
  );
}

function removeStaleFiles({ context, layout }: ScriptSource, script: ScriptBuilder): void {
  const git = `${layout.directories.project}/.git`;
  for (const name of staleFiles) script.removeFile(`${git}/${name}`);
  script.removeBelow(`${git}/refs`, 'file', '*.lock');
  if (!context.settings.cleanGitConfig) return;
  script.removeFile(`${git}/config`).removeDirectory(`${git}/hooks`);
}

function writeTemplate(source: ScriptSource, script: ScriptBuilder): void {
  const template = gitTemplate(source);
  const file = `${template}/config`;
  const { safeDirectory } = source.context.settings;
  script.removeDirectory(template).mkdir(template);
  if (safeDirectory)
    script.command([
      'git',
      'config',
      '--global',
      '--add',
      'safe.directory',
      source.layout.directories.project,
    ]);
  const values = {
    'init.defaultBranch': 'none',
    'fetch.recurseSubmodules': 'false',
    'credential.interactive': 'never',
    'gc.autoDetach': 'false',
  };
  for (const [key, value] of Object.entries(values))
    script.command(['git', 'config', '-f', file, key, value]);
  includeExtraConfig(source, script, file);
}

function includeExtraConfig(source: ScriptSource, script: ScriptBuilder, file: string): void {
  script.command([
    'git',
    'config',
    '--file',
    file,
    '--replace-all',
    'include.path',
    extraGitConfig(source),
    String.raw`\.gitlab-runner\.ext\.conf$`,
  ]);
}

/** The operator's commands come first before, and last after the job's. */
function userHook(
  { context }: ScriptSource,
  script: ScriptBuilder,
  name: 'pre_get_sources_script' | 'post_get_sources_script',
): void {
  const { settings, payload } = context;
  const before = name === 'pre_get_sources_script';
  const operator = before ? settings.preGetSourcesScript : settings.postGetSourcesScript;
  const own = operator === '' ? [] : [operator];
  const job = payload.hooks.get(name) ?? [];
  const prefix = before ? 'pre_clone_script' : 'post_clone_script';
  script.userCommands(before ? [...own, ...job] : [...job, ...own], { prefix });
}

function userAgent({ layout: { variables } }: ScriptSource): string {
  return `gitlab-runner ${variables.valueOf('CI_RUNNER_VERSION')} ${variables.valueOf('CI_RUNNER_EXECUTABLE_ARCH')}`;
}
