import type { ClusterHandle } from '@millrace/testkit';
import { afterAll, beforeAll, describe } from 'vitest';

/** Starts the cluster that a suite runs on, for this suite alone. */
export type StartCluster = () => Promise<ClusterHandle>;

/**
 * The cluster of the suite that runs. A suite is defined before its cluster starts, so only tests and hooks may ask.
 * @throws Error where a suite asks while it is being defined
 */
export type SuiteCluster = () => ClusterHandle;

/** Registers the tests of a suite, to run between the start of a cluster of their own and its end. */
export type Suite = (start: StartCluster) => void;

/**
 * Makes a suite. The title of its outermost group, `suite: ` and the name, is how reports count per suite.
 * @example
 * export const executorSuite: Suite = defineSuite('executor', (cluster) => {
 *   it('leaves nothing', async () => expect(await cluster().leftovers('ci')).toEqual([]));
 * });
 */
export const defineSuite =
  (name: string, body: (cluster: SuiteCluster) => void): Suite =>
  (start) => {
    describe(`suite: ${name}`, () => {
      let handle: ClusterHandle | undefined;
      beforeAll(async () => {
        handle = await start();
      });
      // Undefined if the start failed, which is then the failure to tell.
      afterAll(() => handle?.close());
      body(() => {
        if (handle === undefined)
          throw new Error('a suite has its cluster only while its tests run');
        return handle;
      });
    });
  };
