import { definePluginConformance } from '@millrace/testkit';
import { describe, it } from 'vitest';
import { bindings } from './gitlab.ts';
import { plugin } from './index.ts';

const toml = `
[runners.kubernetes.pod_labels]
  team = "ci"
[runners.kubernetes.pod_annotations]
  note = "x y"
`;

definePluginConformance(plugin, {
  describe,
  it,
  options: {
    toml,
    bindings,
    job: { labels: [{ key: 'pod', value: 'p' }], annotations: [{ key: 'job', value: '1' }] },
  },
});
