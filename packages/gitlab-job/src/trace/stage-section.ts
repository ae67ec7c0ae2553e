import type { Stage, Unit } from '@millrace/core';

/** A section of the job log. */
export interface StageSection {
  readonly name: string;
  readonly title: string;
}

/** The section of a stage; both variants of after_script are one to the reader. */
export function stageSection({ name, title }: Stage): StageSection {
  return { name: name.replace(/^after_script_on_failure$/, 'after_script'), title };
}

/** The section in which a unit's pod is made: that of its first stage. */
export function firstSection({ work }: Unit): StageSection | undefined {
  const stage = work.kind === 'session' ? work.stages[0] : undefined;
  return stage === undefined ? undefined : stageSection(stage);
}
