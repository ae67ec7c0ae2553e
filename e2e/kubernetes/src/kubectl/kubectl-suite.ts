import { serverSideApplySuite } from './applying-on-server.ts';
import { applyingSuite } from './applying.ts';
import { changingSuite } from './changing.ts';
import { collectingSuite } from './collecting.ts';
import { creatingSuite } from './creating.ts';
import type { KubectlSuite, KubectlTarget } from './define-kubectl-suite.ts';
import { deletingSuite } from './deleting.ts';
import { describingSuite } from './describing.ts';
import { discoveringSuite } from './discovering.ts';
import { executingSuite } from './executing.ts';
import { forwardingSuite } from './forwarding.ts';
import { gettingSuite } from './getting.ts';
import { loggingSuite } from './logging.ts';
import { permittingSuite } from './permitting.ts';
import { tableSuite } from './tables.ts';
import { watchingSuite } from './watching.ts';

const suites: readonly KubectlSuite[] = [
  gettingSuite,
  tableSuite,
  watchingSuite,
  describingSuite,
  discoveringSuite,
  creatingSuite,
  changingSuite,
  applyingSuite,
  serverSideApplySuite,
  deletingSuite,
  collectingSuite,
  permittingSuite,
  loggingSuite,
  executingSuite,
  forwardingSuite,
];

/**
 * `kubectl` as a foreign client of a cluster. Nothing here knows which cluster it is: what is asserted is what a real
 * API server does. What closes a node, `drainingSuite`, is not among it, because nobody else has a node meanwhile.
 */
export function kubectlSuite(target: KubectlTarget): void {
  for (const suite of suites) suite(target);
}
