import { createScript, renderScript, type ScriptBuilder } from '@millrace/shell';
import type { JobContext, JobLayout } from '../job-context.ts';

/** What the scripts of one job are written from. */
export interface ScriptSource {
  readonly context: JobContext;
  readonly layout: JobLayout;
}

/** File of the variables that a step hands on to later ones; lies beside the file variables. */
export const environmentFile = ({ layout }: ScriptSource): string =>
  `${layout.directories.temporary}/gitlab_runner_env`;

/** An empty script in the job's flags. */
export const newScript = ({ context }: ScriptSource): ScriptBuilder =>
  createScript({ exitCodeCheck: context.flags.isOn('FF_ENABLE_BASH_EXIT_CODE_CHECK') });

/** The whole text of a stage's script. */
export function finishScript({ context }: ScriptSource, script: ScriptBuilder): string {
  return renderScript({
    shell: context.settings.shell === 'sh' ? 'sh' : 'bash',
    body: script.body(),
    trace: context.build.debugTrace,
  });
}

/**
 * Exports every variable of the job and those that earlier steps wrote.
 * @param status - what `CI_JOB_STATUS` says
 */
export function exportVariables(
  source: ScriptSource,
  script: ScriptBuilder,
  status = 'running',
): void {
  const { directories, variables } = source.layout;
  for (const { key, value, file } of variables.all) {
    if (file) script.fileVariable(directories.temporary, key, value);
    else script.exportVariable(key, key === 'CI_JOB_STATUS' ? status : value);
  }
  script.envFile(environmentFile(source));
}
