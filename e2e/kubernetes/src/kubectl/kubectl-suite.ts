import { serverSideApplySuite } from './applying-on-server.ts';
import { applyingSuite } from './applying.ts';
import type { StartCluster } from './bench.ts';
import { changingSuite } from './changing.ts';
import { collectingSuite } from './collecting.ts';
import { creatingSuite } from './creating.ts';
import { deletingSuite } from './deleting.ts';
import { describingSuite } from './describing.ts';
import { discoveringSuite } from './discovering.ts';
import { drainingSuite } from './draining.ts';
import { executingSuite } from './executing.ts';
import { forwardingSuite } from './forwarding.ts';
import { gettingSuite } from './getting.ts';
import { loggingSuite } from './logging.ts';
import { permittingSuite } from './permitting.ts';
import { tableSuite } from './tables.ts';
import { watchingSuite } from './watching.ts';

const suites = [
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
  drainingSuite,
];

/**
 * `kubectl` as a foreign client of a cluster. Nothing here knows which cluster it is: what is asserted is what a real
 * API server does.
 * @param start - makes a handle; it is closed by the suite
 * @param kubectl - path of the binary
 */
export function kubectlSuite(start: StartCluster, kubectl: string): void {
  for (const suite of suites) suite(start, kubectl);
}
