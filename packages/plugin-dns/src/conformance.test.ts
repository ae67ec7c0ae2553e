import { PlatformToken } from '@millrace/core';
import { definePluginConformance, offering } from '@millrace/testkit';
import { describe, it } from 'vitest';
import { bindings } from './gitlab.ts';
import { plugin } from './index.ts';

const toml = `
[runners.kubernetes]
  dns_policy = "none"
  [runners.kubernetes.dns_config]
    nameservers = ["10.0.0.1"]
  [[runners.kubernetes.host_aliases]]
    ip = "10.0.0.9"
    hostnames = ["nexus"]
`;

definePluginConformance(plugin, {
  describe,
  it,
  options: {
    toml,
    bindings,

    beside: [
      offering(PlatformToken, { os: 'linux', architecture: 'amd64', windowsBuild: undefined }),
    ],
  },
});
