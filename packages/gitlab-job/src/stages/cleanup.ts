import { environmentFile, finishScript, newScript, type ScriptSource } from './stage-script.ts';
import { forgetOwner } from '../ownership.ts';
import { extraGitConfig, forgetCredentials } from './git-config.ts';

/** Removes what the runner wrote beside the sources: file variables, and whatever held credentials. */
export function cleanupScript(source: ScriptSource): string {
  const { context, layout } = source;
  const { directories, variables } = layout;
  const script = newScript(source);
  forgetCredentials(source, script);
  script.removeFile(environmentFile(source));
  script.removeFile(extraGitConfig(source));
  for (const { key, file } of variables.all)
    if (file) script.removeFile(`${directories.temporary}/${key}`);
  if (context.flags.isOn('FF_ENABLE_JOB_CLEANUP')) {
    const { strategy, cleanFlags } = context.build;
    if (strategy === 'none') script.notice('Skipping build directory cleanup step');
    else if (strategy === 'fetch')
      script.ifDirectory(`${directories.project}/.git`, (inside) => {
        inside.cd(directories.project);
        if (cleanFlags.length > 0) inside.command(['git', 'clean', ...cleanFlags]);
        inside.command(['git', 'reset', '--hard']);
      });
    else script.removeDirectory(directories.project);
  }
  forgetOwner(source, script);
  return finishScript(source, script);
}
