import type { NodePlatform } from '@millrace/core';
import type { HelperImage } from './settings.ts';

/** What the helper image's tag depends on besides the settings. */
export interface HelperTarget {
  /** Of the nodes that the pod may run on, as far as known. */
  readonly nodes: NodePlatform;
  /** Of the machine that the runner is on. */
  readonly own: OwnPlatform;
  readonly shell: string | undefined;
}

/** Operating system and architecture in Kubernetes' words. */
export interface OwnPlatform {
  readonly os: string;
  readonly architecture: string;
}

const defaultPlatform: OwnPlatform = { os: 'linux', architecture: 'amd64' };

/** Names that helper images have for architectures, where they are not Kubernetes'. */
const tagArchitectures: Readonly<Record<string, string>> = {
  amd64: 'x86_64',
  aarch64: 'arm64',
  armv6l: 'arm',
  armv7l: 'arm',
};

/** The operating system that helper containers must fit. */
export function helperOs(
  { ownPlatform }: Pick<HelperImage, 'ownPlatform'>,
  target: HelperTarget,
): string {
  return target.nodes.os ?? (ownPlatform ? target.own : defaultPlatform).os;
}

/**
 * The helper image: the configured one, or `<repository>:[<flavor>-]<architecture>-v<version>[-<shell>]`.
 * @returns undefined when neither an image nor a repository is set
 */
export function helperImageName(helper: HelperImage, target: HelperTarget): string | undefined {
  if (helper.image !== undefined && helper.image !== '') return helper.image;
  if (helper.repository === undefined || helper.repository === '') return undefined;
  const { flavor, plainFlavors, version, shellVariants, ownPlatform } = helper;
  const architecture =
    target.nodes.architecture ?? (ownPlatform ? target.own : defaultPlatform).architecture;
  const parts = [
    ...(flavor === '' || plainFlavors.includes(flavor) ? [] : [flavor]),
    tagArchitectures[architecture] ?? architecture,
    versionTag(version),
    ...shellVariants.filter((shell) => shell === target.shell),
  ];
  return `${helper.repository}:${parts.join('-')}`;
}

/** A development version has no image of its own. */
function versionTag(version: string): string {
  const release = /^v?(\d+\.\d+\.\d+)/.exec(version)?.[1];
  return release === undefined ? 'latest' : `v${release}`;
}
