import { startEmbeddedHandle } from '@millrace/testkit';
import { it } from 'vitest';
import { kubectlSuite } from './kubectl-suite.ts';

// The runner of the end-to-end tests says where `kubectl` is.
const kubectl = process.env['MILLRACE_E2E_KUBECTL'] ?? '';

if (kubectl === '') {
  it('kubectl works against the embedded cluster', ({ skip }) =>
    skip(true, 'needs the path of kubectl in MILLRACE_E2E_KUBECTL'));
} else {
  kubectlSuite(() => startEmbeddedHandle(), kubectl);
}
