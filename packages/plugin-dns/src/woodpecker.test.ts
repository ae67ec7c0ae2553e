import { PlatformToken } from '@millrace/core';
import { definePluginConformance, offering } from '@millrace/testkit';
import { describe, it } from 'vitest';
import { plugin } from './index.ts';
import { bindings } from './woodpecker.ts';

definePluginConformance(plugin, {
  describe,
  it,
  options: {
    toml: '[runners.millrace.dns]\nnameservers = ["10.0.0.1"]',
    bindings,
    beside: [
      offering(PlatformToken, { os: undefined, architecture: 'amd64', windowsBuild: undefined }),
    ],
  },
});
