import { readFields, type Fields, type PayloadKind } from '@millrace/config';
import type { JsonObject } from '@millrace/core';
import type { Step, Workflow } from './payload.ts';

const workflowKind: PayloadKind = {
  name: 'workflow',
  hint: 'compare it with the backend configuration that a Woodpecker server sends',
};

/** Where the server does not say how long a workflow may take: an hour. */
const defaultTimeoutSeconds = 3600;

/**
 * Reads a workflow: `id`, `timeout` in minutes, and under `config` what the server sends to the agent. Absent keys are
 * zero values.
 * @throws RunnerError `MILLRACE_E_PAYLOAD` that names the field of a wrong type
 */
export function readWorkflow(payload: JsonObject): Workflow {
  const envelope = readFields(payload, '', workflowKind);
  const config = readFields(payload['config'] ?? {}, '', workflowKind);
  const minutes = envelope.number('timeout');
  return {
    id: envelope.text('id'),
    timeoutSeconds: minutes > 0 ? minutes * 60 : defaultTimeoutSeconds,
    volume: config.text('volume'),
    stages: config.children('pipeline').map((stage) => stage.children('steps').map(readStep)),
    secrets: config
      .children('secrets')
      .map((secret) => ({ name: secret.text('name'), value: secret.text('value') })),
  };
}

function readStep(step: Fields): Step {
  const login = step.child('auth_config');
  return {
    name: step.text('name'),
    uuid: step.text('uuid'),
    orgId: step.number('org_id'),
    type: step.text('type'),
    image: step.text('image'),
    pull: step.flag('pull'),
    detach: step.flag('detach'),
    workingDirectory: step.text('working_dir'),
    workspaceBase: step.text('workspace_base'),
    environment: step.map('environment'),
    secretMapping: step.map('secret_mapping'),
    entrypoint: step.texts('entrypoint'),
    commands: step.texts('commands'),
    volumes: step.texts('volumes'),
    onSuccess: step.flag('on_success'),
    onFailure: step.flag('on_failure'),
    failure: step.text('failure'),
    login: { username: login.text('username'), password: login.text('password') },
    ports: step
      .children('ports')
      .map((port) => ({ number: port.number('number'), protocol: port.text('protocol') })),
    workflowLabels: step.map('workflow_labels'),
    raw: step.raw,
  };
}
