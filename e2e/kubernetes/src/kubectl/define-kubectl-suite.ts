import { describe } from 'vitest';
import { benchFor, type Bench, type StartCluster } from './bench.ts';

/** What a suite of `kubectl` runs on. */
export interface KubectlTarget {
  /** Makes a handle; the suite closes it. */
  readonly start: StartCluster;
  /** Path of `kubectl`. */
  readonly binary: string;
  /** What the title of a suite gets, so that a report tells clusters apart. */
  readonly mark?: string;
}

/** Registers the tests of a suite. */
export type KubectlSuite = (target: KubectlTarget) => void;

/** Makes a suite. Its outermost group is what reports count. @param concern - behind `kubectl`, what it does */
export const defineKubectlSuite =
  (concern: string, body: (bench: Bench) => void): KubectlSuite =>
  ({ start, binary, mark }) => {
    describe(`suite: kubectl ${concern}${mark === undefined ? '' : ` (${mark})`}`, () =>
      body(benchFor(start, binary)));
  };
