import { NamespaceToken, PlatformToken } from '@millrace/core';
import { definePluginConformance, offering } from '@millrace/testkit';
import { describe, it } from 'vitest';
import { bindings } from './gitlab.ts';
import { plugin } from './index.ts';

const toml = `
[runners.kubernetes]
  image = "alpine:3.21"
  pull_policy = ["always", "if-not-present"]
  image_pull_secrets = ["registry"]
`;

definePluginConformance(plugin, {
  describe,
  it,
  options: {
    toml,
    bindings,

    beside: [
      offering(PlatformToken, { os: 'linux', architecture: 'amd64', windowsBuild: undefined }),
      offering(NamespaceToken, 'ci'),
    ],
  },
});
