import { suggestionHint } from '@millrace/config';
import { isPullRequest, type PipelineContext, type PipelineSecret } from './context.ts';
import type { Findings } from './findings.ts';
import { matchesImage } from './matches-image.ts';
import type { PipelineNode } from './pipeline-node.ts';

/** The step that asks for a secret. */
export interface SecretUser {
  readonly name: string;
  readonly image: string;
  readonly isPlugin: boolean;
}

/** Gives a secret's value, or reports at `node` why this step does not get it. */
export function findSecret(
  name: string,
  node: PipelineNode,
  user: SecretUser,
  context: PipelineContext,
  findings: Findings,
): string | undefined {
  const { secrets = [] } = context;
  const secret = secrets.findLast((one) => one.name.toLowerCase() === name.toLowerCase());
  if (secret === undefined) {
    const names = secrets.map((one) => one.name);
    const hint = suggestionHint(name, names).hint ?? 'give this run the secret';
    findings.error(node, `there is no secret "${name}"`, hint);
    return undefined;
  }
  const refusal = whyRefused(secret, user, context);
  if (refusal === undefined) return secret.value;
  findings.error(node, ...refusal);
  return undefined;
}

function whyRefused(
  { name, images = [], events = [] }: PipelineSecret,
  user: SecretUser,
  { pipeline }: PipelineContext,
): readonly [string, string] | undefined {
  const subject = `the secret "${name}"`;
  if (images.length > 0 && !user.isPlugin)
    return [
      `${subject} is for plugins only, and "${user.name}" is none`,
      'remove commands, entrypoint and environment, or lift the limit to images',
    ];
  if (images.length > 0 && !matchesImage(user.image, images))
    return [`${subject} is not for the image ${user.image}`, `it is for ${images.join(', ')}`];
  const event = isPullRequest(pipeline.event) ? 'pull_request' : (pipeline.event ?? '');
  if (events.length > 0 && !events.includes(event))
    return [`${subject} is not for the event ${event}`, `it is for ${events.join(', ')}`];
  return undefined;
}
