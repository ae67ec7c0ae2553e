import { definePluginConformance } from '@millrace/testkit';
import { describe, it } from 'vitest';
import { bindings } from './gitlab.ts';
import { plugin } from './index.ts';

const toml = `
[runners.kubernetes]
  namespace = "ci"
  service_account = "deploy"
  bearer_token = "of-the-runner"
`;

definePluginConformance(plugin, {
  describe,
  it,
  options: {
    toml,
    bindings,
  },
  secrets: ['of-the-runner'],
});
