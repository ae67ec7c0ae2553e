import { NamespaceToken } from '@millrace/core';
import { definePluginConformance, offering } from '@millrace/testkit';
import { describe, it } from 'vitest';
import { bindings } from './gitlab.ts';
import { plugin } from './index.ts';

const toml = `
[[runners.kubernetes.services]]
  name = "redis:7"
  alias = "cache"
`;

definePluginConformance(plugin, {
  describe,
  it,
  options: {
    toml,
    bindings,
    beside: [offering(NamespaceToken, 'ci')],
  },
});
