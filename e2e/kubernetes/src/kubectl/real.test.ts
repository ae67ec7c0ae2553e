import { it } from 'vitest';
import { startRealHandle } from '../handle/start-real-handle.ts';
import { findKubectl, needsKubectl } from './find-kubectl.ts';
import { kubectlSuite } from './kubectl-suite.ts';

const binary = await findKubectl();

if (binary === undefined) {
  it('kubectl works against a real cluster', ({ skip }) => skip(true, needsKubectl));
} else {
  kubectlSuite({ start: startRealHandle, binary });
}
