import {
  isRunnerError,
  type JsonObject,
  type KubeObject,
  type Source,
  type Statement,
} from '@millrace/core';
import { parseImageReference } from '@millrace/kube-objects';
import { PLUGIN } from './plugin-name.ts';

/**
 * Refuses images that no node could pull because of their name: the cluster would accept the pod and then wait for it.
 * @param sourceOf - who chose the image of a container
 */
export function badImageNames(
  pod: KubeObject,
  sourceOf: (container: string) => Source | undefined,
): readonly Statement[] {
  return containersOf(pod).flatMap(({ name, image }): readonly Statement[] => {
    const fault = faultOf(image);
    if (fault === undefined) return [];
    const source = sourceOf(name) ?? { plugin: PLUGIN };
    const place = source.configPath ?? `the patch of container "${name}"`;
    return [
      {
        kind: 'refuse',
        code: 'images.bad-name',
        text: `${fault}; correct it in ${place}`,
        values: { container: name, image, fault, place },
        reason: 'image_name_invalid',
        source,
      },
    ];
  });
}

interface NamedImage {
  readonly name: string;
  readonly image: string;
}

function containersOf(pod: KubeObject): readonly NamedImage[] {
  const spec = pod['spec'] as JsonObject | undefined;
  return [spec?.['initContainers'], spec?.['containers']]
    .flatMap((list) => (list ?? []) as readonly JsonObject[])
    .flatMap(({ name, image }) =>
      typeof name === 'string' && typeof image === 'string' ? [{ name, image }] : [],
    );
}

function faultOf(image: string): string | undefined {
  try {
    parseImageReference(image);
    return undefined;
  } catch (thrown) {
    if (isRunnerError(thrown)) return thrown.message;
    throw thrown;
  }
}
