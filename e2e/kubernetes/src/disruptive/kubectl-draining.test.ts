import { it } from 'vitest';
import { startRealHandle } from '../handle/start-real-handle.ts';
import { drainingSuite } from '../kubectl/draining.ts';
import { findKubectl, needsKubectl } from '../kubectl/find-kubectl.ts';

const binary = await findKubectl();

if (binary === undefined) {
  it('kubectl empties the node of a real cluster', ({ skip }) => skip(true, needsKubectl));
} else {
  drainingSuite({ start: startRealHandle, binary });
}
