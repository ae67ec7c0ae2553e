import { definePluginConformance } from '@millrace/testkit';
import { describe, it } from 'vitest';
import { bindings } from './gitlab.ts';
import { plugin } from './index.ts';

const toml = `
[[runners.kubernetes.pod_spec]]
  name = "host"
  patch_type = "merge"
  patch = "hostname: custom"
`;

definePluginConformance(plugin, {
  describe,
  it,
  options: {
    toml,
    bindings,
    variables: [{ key: 'FF_USE_ADVANCED_POD_SPEC_CONFIGURATION', value: 'true' }],
  },
});
