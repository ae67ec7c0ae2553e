import { startEmbeddedHandle } from '@millrace/testkit';
import { it } from 'vitest';
import { drainingSuite } from './draining.ts';
import { findKubectl, needsKubectl } from './find-kubectl.ts';
import { kubectlSuite } from './kubectl-suite.ts';

const binary = await findKubectl();

if (binary === undefined) {
  it('kubectl works against the embedded cluster', ({ skip }) => skip(true, needsKubectl));
} else {
  const target = { start: () => startEmbeddedHandle(), binary, mark: 'embedded' };
  kubectlSuite(target);
  drainingSuite(target);
}
