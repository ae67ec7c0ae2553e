import { definePluginConformance } from '@millrace/testkit';
import { describe, it } from 'vitest';
import { bindings } from './gitlab.ts';
import { plugin } from './index.ts';

const toml = `
[runners.kubernetes]
  priority_class_name = "low"
  [runners.kubernetes.node_selector]
    disk = "ssd"
  [runners.kubernetes.node_tolerations]
    "gpu=yes" = "NoSchedule"
`;

definePluginConformance(plugin, {
  describe,
  it,
  options: {
    toml,
    bindings,
  },
});
