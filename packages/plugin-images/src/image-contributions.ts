import type { ContainerRequest, FieldContribution, PodContribution } from '@millrace/core';
import { missingFrom } from './allowed-images.ts';
import { chooseImage, type ChosenImage } from './choose-image.ts';
import { ruleValue } from './container-rule.ts';
import { helperOs } from './helper-image.ts';
import type { ImageContext } from './image-context.ts';
import { PLUGIN } from './plugin-name.ts';

/** Images and ports of all containers of a pod, and what there is to say about them. */
export function imageContributions(context: ImageContext): readonly PodContribution[] {
  return context.containers.flatMap((container) => [
    ...containerImage(container, context),
    ...ports(container),
  ]);
}

function containerImage(
  container: ContainerRequest,
  context: ImageContext,
): readonly PodContribution[] {
  const { rules } = context.settings.value;
  const os = helperOs(context.settings.value.helper, context.helper);
  if (ruleValue(rules, container, 'helperImage')?.value === true && os !== 'linux')
    return [wrongOs(container, os)];
  const chosen = chooseImage(container, context);
  const announced = ruleValue(rules, container, 'announced')?.value === true;
  if (chosen === undefined) return [noImage(container, announced)];
  return [
    field(container, '/image', chosen),
    ...(announced ? announcement(chosen) : []),
    ...allowance(container, chosen, context),
  ];
}

const field = (
  { name }: ContainerRequest,
  path: string,
  { image, source, reason }: ChosenImage,
): FieldContribution => ({
  kind: 'field',
  on: { name: [name] },
  path,
  op: 'set',
  value: image,
  source,
  reason,
});

function announcement({ image, isDefault }: ChosenImage): readonly PodContribution[] {
  return [
    ...(isDefault
      ? [
          {
            kind: 'say' as const,
            code: 'images.default',
            text: 'The job names no image: using the default.',
          },
        ]
      : []),
    { kind: 'say', code: 'images.announced', text: `Using image ${image}`, values: { image } },
  ];
}

function noImage({ name }: ContainerRequest, announced: boolean): PodContribution {
  return {
    kind: 'refuse',
    code: announced ? 'images.missing' : 'images.missing-beside',
    text: `container "${name}" has no image: neither the job nor the settings name one; set images.rules`,
    values: { container: name },
    reason: 'configuration_error',
  };
}

function wrongOs({ name }: ContainerRequest, os: string): PodContribution {
  return {
    kind: 'refuse',
    code: os === 'windows' ? 'images.windows' : 'images.helper-os',
    text: `there is no helper image for nodes with ${os}, which container "${name}" needs; choose nodes with linux`,
    values: { os },
    reason: 'configuration_error',
  };
}

/** Whether an image is on the operator's list; a decision either way, so that explain can answer for it. */
function allowance(
  container: ContainerRequest,
  { image, source, reason }: ChosenImage,
  { settings }: ImageContext,
): readonly PodContribution[] {
  const list = missingFrom(image, container, settings.value);
  const decision: PodContribution = {
    kind: 'decision',
    subject: `image of container "${container.name}"`,
    value: image,
    source,
    allowed: list === undefined,
    reason: list === undefined ? reason : `not in ${list.path.join('.')}`,
  };
  if (list === undefined) return [decision];
  const values = { image, list: list.value, container: container.name };
  return [
    decision,
    {
      kind: 'say',
      code: `images.allow-list.${list.rule}`,
      text: `Image ${image} is not allowed. Allowed are: ${list.value.join(', ')}`,
      values,
    },
    {
      kind: 'refuse',
      code: `images.refused.${list.rule}`,
      text: `image ${image} of container "${container.name}" is not allowed by ${list.path.join('.')}`,
      values,
      reason: 'refused',
      source: settings.source(list.path),
    },
  ];
}

function ports({ name, image }: ContainerRequest): readonly PodContribution[] {
  return (image?.ports ?? []).map((port) => ({
    kind: 'field',
    on: { name: [name] },
    path: '/ports',
    op: 'append',
    value: { containerPort: port.number },
    source: { plugin: PLUGIN, configPath: `image of container "${name}"` },
  }));
}
