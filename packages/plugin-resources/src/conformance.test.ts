import { definePluginConformance } from '@millrace/testkit';
import { describe, it } from 'vitest';
import { bindings } from './gitlab.ts';
import { plugin } from './index.ts';

const toml = `
[runners.kubernetes]
  cpu_limit = "1"
  helper_memory_request = "64Mi"
`;

definePluginConformance(plugin, {
  describe,
  it,
  options: {
    toml,
    bindings,
  },
});
