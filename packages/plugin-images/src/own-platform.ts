import { arch, platform } from 'node:process';
import type { OwnPlatform } from './helper-image.ts';

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', ppc64: 'ppc64le' };

/** The machine that the runner is on, in Kubernetes' words. */
export function ownPlatform(): OwnPlatform {
  return {
    os: platform === 'win32' ? 'windows' : 'linux',
    architecture: architectures[arch] ?? arch,
  };
}
