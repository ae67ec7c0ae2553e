import { definePluginConformance } from '@millrace/testkit';
import { describe, it } from 'vitest';
import { bindings } from './gitlab.ts';
import { plugin } from './index.ts';

const toml = `
[runners.kubernetes]
  pod_termination_grace_period_seconds = 10
  pod_disruption_budget = true
  [runners.kubernetes.container_lifecycle.pre_stop.exec]
    command = ["sync"]
`;

definePluginConformance(plugin, {
  describe,
  it,
  options: {
    toml,
    bindings,
  },
});
