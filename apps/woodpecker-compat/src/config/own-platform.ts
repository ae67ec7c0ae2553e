import { arch, platform } from 'node:process';

/** Go's words where Node has others. */
const architectures: Readonly<Record<string, string>> = {
  x64: 'amd64',
  ia32: '386',
  ppc64: 'ppc64le',
};
const systems: Readonly<Record<string, string>> = { win32: 'windows' };

/** The platform that this program runs on, in Go's words: `linux/amd64`. */
export const ownPlatform = (): string =>
  `${systems[platform] ?? platform}/${architectures[arch] ?? arch}`;
