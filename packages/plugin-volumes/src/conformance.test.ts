import { definePluginConformance } from '@millrace/testkit';
import { describe, it } from 'vitest';
import { bindings } from './gitlab.ts';
import { plugin } from './index.ts';

const toml = `
[[runners.kubernetes.volumes.empty_dir]]
  name = "shm"
  mount_path = "/dev/shm"
  medium = "Memory"
[[runners.kubernetes.volumes.secret]]
  name = "tls"
  mount_path = "/tls"
`;

definePluginConformance(plugin, {
  describe,
  it,
  options: {
    toml,
    bindings,
    job: { workspace: { directory: '/builds', volumeName: 'repo' } },
  },
});
