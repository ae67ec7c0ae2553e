import type { ContainerRequest, Expand, NodePlatform, Settings, Unit } from '@millrace/core';
import type { HelperTarget, OwnPlatform } from './helper-image.ts';
import type { ImagesSettings } from './settings.ts';

/** What images are chosen from. */
export interface ImageContext {
  readonly settings: Settings<ImagesSettings>;
  readonly containers: readonly ContainerRequest[];
  readonly expand: Expand;
  readonly helper: HelperTarget;
}

/** Gathers it for one pod. */
export function imageContext(
  { containers, work }: Unit,
  given: {
    readonly settings: Settings<ImagesSettings>;
    readonly expand: Expand;
    readonly nodes: NodePlatform;
  },
  own: OwnPlatform,
): ImageContext {
  const shell = work.kind === 'session' ? work.shell : undefined;
  const { settings, expand, nodes } = given;
  return { settings, expand, containers, helper: { nodes, own, shell } };
}
