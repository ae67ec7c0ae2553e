import { PlatformToken } from '@millrace/core';
import { definePluginConformance, offering } from '@millrace/testkit';
import { describe, it } from 'vitest';
import { bindings } from './gitlab.ts';
import { plugin } from './index.ts';

const toml = `
[runners.kubernetes]
  privileged = true
  cap_add = ["CHOWN"]
  [runners.kubernetes.pod_security_context]
    run_as_user = 1000
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
