import type { ContainerRequest, Source } from '@millrace/core';
import { ruleValue } from './container-rule.ts';
import { helperImageName } from './helper-image.ts';
import type { ImageContext } from './image-context.ts';
import { PLUGIN } from './plugin-name.ts';

/** An image and why it is that one. */
export interface ChosenImage {
  readonly image: string;
  readonly source: Source;
  readonly reason: string;
  /** It is the configured default of a container that asked for none. */
  readonly isDefault: boolean;
}

/** The image of a container, or undefined when nobody names one. */
export function chooseImage(
  container: ContainerRequest,
  context: ImageContext,
): ChosenImage | undefined {
  const { settings, containers } = context;
  const requested = context.expand(container.image?.name ?? '', 'job');
  if (requested !== '') {
    const source = { plugin: PLUGIN, configPath: `image of container "${container.name}"` };
    return { image: requested, source, reason: 'asked for', isDefault: false };
  }
  const twinName = ruleValue(settings.value.rules, container, 'imageOf')?.value;
  const twin = containers.find(({ name }) => name === twinName && name !== container.name);
  if (twin !== undefined) {
    // A twin of a twin is not followed, so that a circle of rules cannot hang the plan.
    const chosen = chooseImage(twin, { ...context, containers: [] });
    return chosen && { ...chosen, reason: `the image of container "${twin.name}"` };
  }
  return helperImage(container, context) ?? defaultImage(container, context);
}

function helperImage(
  container: ContainerRequest,
  { settings, helper }: ImageContext,
): ChosenImage | undefined {
  if (ruleValue(settings.value.rules, container, 'helperImage')?.value !== true) return undefined;
  const image = helperImageName(settings.value.helper, helper);
  if (image === undefined) return undefined;
  const own = image === settings.value.helper.image;
  return {
    image,
    source: settings.source(own ? ['helper', 'image'] : ['helper', 'flavor']),
    reason: own ? 'the configured helper image' : 'the helper image of this version',
    isDefault: false,
  };
}

function defaultImage(
  container: ContainerRequest,
  { settings }: ImageContext,
): ChosenImage | undefined {
  const rule = ruleValue(settings.value.rules, container, 'image');
  return (
    rule && {
      image: rule.value,
      source: settings.source(rule.path),
      reason: 'the default: none was asked for',
      isDefault: true,
    }
  );
}
