import type { Job } from '@millrace/core';
import type { JobContext } from './job-context.ts';
import { taskLabel } from './labels.ts';
import { claimNameOf, networkNameOf } from './names.ts';

/**
 * The workflow as a neutral job.
 * @throws RunnerError `MILLRACE_E_NAME` when no name can be made for its volume or its service
 */
export function neutralJob({ request, workflow, steps }: JobContext): Job {
  const network = networkNameOf(workflow.id);
  const [first] = steps;
  return {
    id: request.id,
    name: `workflow ${workflow.id}`,
    podName: network.slice(0, 54),
    timeoutSeconds: workflow.timeoutSeconds,
    services: [],
    labels: [taskLabel(workflow.id)],
    annotations: [],
    owner: String(first?.step.orgId ?? 0),
    network: { name: network, selector: taskLabel(workflow.id) },
    workspace: {
      directory: first?.step.workspaceBase ?? '',
      volumeName: claimNameOf(workflow.volume),
    },
  };
}
