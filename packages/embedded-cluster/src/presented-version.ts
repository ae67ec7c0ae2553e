/** The Kubernetes release whose behaviour is imitated, as server and node present it. */
export const presentedVersion: Readonly<Record<'major' | 'minor' | 'gitVersion', string>> = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.0+millrace',
};
