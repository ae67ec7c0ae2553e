import type { MetadataEntry } from '@millrace/core';
import { woodpeckerLabelValue } from '@millrace/kube-objects';
import type { Step } from './payload/payload.ts';

/** Labels that Woodpecker itself gives a workflow begin so. */
const internalPrefix = 'woodpecker-ci.org';

/** The label by which a workflow's headless service finds its pods; the id is sent as it is. */
export const taskLabel = (workflow: string): MetadataEntry => ({
  key: `${internalPrefix}/task-uuid`,
  value: workflow,
  fixed: true,
});

/**
 * Labels of a step's pod, and of its registry secret: the workflow's, then those that nobody can replace.
 * @param all - also labels that the pipeline file gives the workflow
 */
export function stepLabels(
  { name, type, workflowLabels }: Step,
  podName: string,
  all: boolean,
): readonly MetadataEntry[] {
  const step = woodpeckerLabelValue(name);
  return [
    ...Object.entries(workflowLabels)
      .filter(([key]) => all || key.startsWith(internalPrefix))
      .map(([key, value]) => ({ key, value: woodpeckerLabelValue(value) })),
    // Sent as it is, also beyond the 63 characters of a label (woodpecker/009).
    ...(type === 'service' ? [{ key: 'service', value: podName, fixed: true }] : []),
    { key: 'step', value: step, fixed: true },
    { key: `${internalPrefix}/step`, value: step, fixed: true },
  ];
}
