import { startEmbeddedHandle, type ClusterHandle } from '@millrace/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRealHandle } from '../handle/start-real-handle.ts';
import { topics } from './cases/topics.ts';
import { judgeCase } from './judge-case.ts';
import { knownDifferences, type KnownDifference } from './known-differences.ts';
import { openSide, type Side } from './side.ts';

describe('suite: differential', () => {
  let embedded: ClusterHandle;
  let real: ClusterHandle;
  /** Known differences that have shown in some case. */
  const shown = new Set<KnownDifference>();
  let judged = 0;
  const sentences = topics.flatMap(({ cases }) => cases.map(({ says }) => says));

  beforeAll(async () => {
    [embedded, real] = await Promise.all([startEmbeddedHandle(), startRealHandle()]);
  });

  afterAll(async () => {
    await Promise.all([embedded.close(), real.close()]);
  });

  describe.each(topics)('the embedded cluster answers as Kubernetes does: $name', (topic) => {
    let namespaces: readonly [embedded: string, real: string];
    const sides = (signal: AbortSignal): readonly [embedded: Side, real: Side] => [
      openSide(embedded, namespaces[0], signal),
      openSide(real, namespaces[1], signal),
    ];

    beforeAll(async () => {
      namespaces = await Promise.all([embedded.newNamespace(), real.newNamespace()]);
      const { signal } = new AbortController();
      await Promise.all(sides(signal).map((side) => topic.before?.(side) ?? Promise.resolve()));
    });

    it.each(topic.cases)('$says', async (tried) => {
      const { signal } = new AbortController();
      const { unexpected, stale, seen } = await judgeCase(tried, ...sides(signal));
      judged += 1;
      for (const difference of seen) shown.add(difference);
      expect({ unexpected, stale }).toEqual({ unexpected: [], stale: [] });
    });
  });

  describe('the list of known differences', () => {
    it('names cases that exist, each with a reason', () => {
      const known = new Set(sentences);
      expect(
        knownDifferences.filter(
          ({ cases, why }) => why === '' || !cases.every((says) => known.has(says)),
        ),
      ).toEqual([]);
    });

    it('has nothing that is no difference any more', ({ skip }) => {
      skip(judged < sentences.length, 'only some of the cases were asked for');
      expect(knownDifferences.filter((difference) => !shown.has(difference))).toEqual([]);
    });

    it('can tell cases apart', () => {
      expect(sentences).toHaveLength(new Set(sentences).size);
    });
  });
});
