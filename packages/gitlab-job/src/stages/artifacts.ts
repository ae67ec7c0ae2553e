import type { Stage } from '@millrace/core';
import type { ScriptSource } from './stage-script.ts';

/** Takes the files of earlier jobs in, one stage a job. */
export function downloadStages(
  { context, layout }: ScriptSource,
  container: string,
): readonly Stage[] {
  return context.payload.dependencies
    .filter(({ hasArtifacts }) => hasArtifacts)
    .map(({ name }, index) => ({
      name: index === 0 ? 'download_artifacts' : `download_artifacts_${index + 1}`,
      title: 'Downloading artifacts',
      container,
      on: 'success',
      userCode: false,
      countsAsFailure: true,
      afterCancel: false,
      action: {
        do: 'receive',
        transfer: `artifacts:${name}`,
        directory: layout.directories.project,
      },
    }));
}

/**
 * Sends the files out that the job leaves: one stage for failure, one for success. In this order, because a failed upload
 * is no reason for the other one.
 */
export function uploadStages(source: ScriptSource, container: string): readonly Stage[] {
  return [
    ...uploadStage(source, container, 'failure'),
    ...uploadStage(source, container, 'success'),
  ];
}

function uploadStage(
  { context, layout }: ScriptSource,
  container: string,
  on: 'success' | 'failure',
): readonly Stage[] {
  const wanted = context.payload.artifacts.filter(
    ({ when, paths }) => paths.length > 0 && (when === 'always' || when === `on_${on}`),
  );
  if (wanted.length === 0) return [];
  const expanded = (texts: readonly string[]): readonly string[] =>
    texts.map(layout.variables.expand);
  return [
    {
      name: `upload_artifacts_on_${on}`,
      title: `Uploading artifacts for ${on === 'success' ? 'successful' : 'failed'} job`,
      container,
      on,
      userCode: false,
      countsAsFailure: true,
      afterCancel: on === 'failure',
      action: {
        do: 'send',
        transfer: 'artifacts',
        directory: layout.directories.project,
        paths: wanted.flatMap(({ paths }) => expanded(paths)),
        exclude: wanted.flatMap(({ exclude }) => expanded(exclude)),
      },
    },
  ];
}
