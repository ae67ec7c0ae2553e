import type { BackendStep } from '@millrace/woodpecker-pipeline';
import { expect, it } from 'vitest';
import { belowPrefix } from './below-prefix.ts';

const step: BackendStep = {
  name: 'build',
  uuid: 'A',
  type: 'commands',
  image: 'alpine',
  workspace_base: '/go',
  working_dir: '/go/src/x',
  environment: { CI_WORKSPACE: '/go/src/x', PATHS: '/go/bin' },
  volumes: ['wp_1:/go', 'cache:/gopher', 'alone'],
  networks: [],
  failure: 'fail',
  auth_config: {},
  workflow_labels: {},
};

it('what lies in the workspace moves below the folder, and nothing else', () => {
  const config = { pipeline: [{ steps: [step] }], network: 'n', volume: 'v', secrets: [] };
  expect(belowPrefix(config, '/tmp/p').pipeline[0]?.steps[0]).toEqual({
    ...step,
    workspace_base: '/tmp/p/go',
    working_dir: '/tmp/p/go/src/x',
    environment: { CI_WORKSPACE: '/tmp/p/go/src/x', PATHS: '/go/bin' },
    volumes: ['wp_1:/tmp/p/go', 'cache:/gopher', 'alone'],
  });
});
