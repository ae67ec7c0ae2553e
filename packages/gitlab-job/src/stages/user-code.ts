import type { PayloadStep } from '../payload/payload.ts';
import { exportVariables, finishScript, newScript, type ScriptSource } from './stage-script.ts';

/** A step of the job's own script, between what the operator puts around every job. */
export function stepScript(source: ScriptSource, step: PayloadStep): string {
  const { context, layout } = source;
  const { preBuildScript, postBuildScript } = context.settings;
  const script = newScript(source);
  const sections = showsSections(source);
  exportVariables(source, script);
  script.cd(layout.directories.project);
  script.userCommands(lines(preBuildScript), { prefix: 'pre_build_script', sections });
  script.userCommands(stepCommands(source, step), { prefix: 'script_step', sections });
  script.userCommands(lines(postBuildScript), { prefix: 'post_build_script', sections });
  return finishScript(source, script);
}

/** The commands that run after the job's script, in a shell of their own. */
export function afterScript(
  source: ScriptSource,
  commands: readonly string[],
  status: string,
): string {
  const script = newScript(source);
  exportVariables(source, script, status);
  script.cd(source.layout.directories.project);
  script.notice('Running after script...');
  script.userCommands(commands, { prefix: 'after_script_step', sections: showsSections(source) });
  return finishScript(source, script);
}

/** GitLab Runner: lines of the step `release` come from keywords and not from a shell, so variables are replaced. */
function stepCommands({ layout }: ScriptSource, { name, script }: PayloadStep): readonly string[] {
  return name === 'release' ? script.map(layout.variables.expand) : script;
}

function showsSections({ context: { flags, payload } }: ScriptSource): boolean {
  return flags.isOn('FF_SCRIPT_SECTIONS') && payload.features['trace_sections'] === true;
}

/** A script of the operator is one command, shown as a whole. */
const lines = (script: string): readonly string[] => (script === '' ? [] : [script]);
