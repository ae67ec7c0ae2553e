import { cpuUsage } from 'node:process';
import { describe, expect, it } from 'vitest';
import { compileGlob, compilePattern } from '@millrace/kube-objects';
import { payloads, type PayloadChanges } from './job-payload.ts';
import { openRunner } from './plan-case.ts';

/** Characters; the larger text is ten times the smaller one. */
const small = 5_000;
const large = 10 * small;
/** Linear work takes ten times as long, quadratic work a hundred times. */
const tolerated = 50;

describe('time to match grows no faster than the text', () => {
  it.each<[string, string]>([
    ['nested repetition', '^(a+)+$'],
    ['overlapping alternatives', '^(a|a|aa)*$'],
    ['many optional parts', `^${'a?'.repeat(30)}${'a'.repeat(30)}$`],
    ['repetition of anything', '^(.*)*(.*)*(.*)*b$'],
    ['a long bounded repetition', '^(a{0,50}){0,10}$'],
  ])('of a gate with %s', (_what, pattern) => {
    const compiled = compilePattern(pattern);
    expect(growth((length) => compiled.test(`${'a'.repeat(length)}!`))).toBeLessThan(tolerated);
  });

  it.each<[string, string]>([
    ['many stars', '*a*a*a*a*a*a*a*a*b'],
    ['many double stars', '**/**/**/**/**/**/b'],
    ['alternatives of stars', '{*a,*aa,*aaa}{*a,*aa}{*a,*aa}b'],
  ])('of a glob with %s', (_what, pattern) => {
    const glob = compileGlob(pattern);
    expect(growth((length) => glob('a'.repeat(length)))).toBeLessThan(tolerated);
    expect(growth((length) => glob('a/'.repeat(length / 2)))).toBeLessThan(tolerated);
  });
});

describe('time to plan grows no faster than what a job sends', () => {
  it.each<[string, string, (length: number) => PayloadChanges]>([
    [
      'a namespace for a gate',
      'namespace_overwrite_allowed = "^(a+)+$"',
      (length) => ({
        variables: [['KUBERNETES_NAMESPACE_OVERWRITE', `${'a'.repeat(length)}!`]],
      }),
    ],
    [
      'an image for an allow list',
      'allowed_images = ["*a*a*a*a*a*a*b", "**/**/**/b"]',
      (length) => ({ image: 'a/'.repeat(length / 2) }),
    ],
    [
      'a label for a gate',
      'pod_labels_overwrite_allowed = "^(.*)*=(.*)*!$"',
      (length) => ({ variables: [['KUBERNETES_POD_LABELS_1', `k=${'a'.repeat(length)}`]] }),
    ],
    [
      'a quantity of many digits',
      'cpu_limit_overwrite_max_allowed = "4"',
      (length) => ({ variables: [['KUBERNETES_CPU_LIMIT', '9'.repeat(length)]] }),
    ],
    [
      'a quantity with an enormous exponent',
      'memory_limit_overwrite_max_allowed = "4Gi"',
      (length) => ({ variables: [['KUBERNETES_MEMORY_LIMIT', `1e${'9'.repeat(length / 500)}`]] }),
    ],
    [
      'variables that name each other',
      '',
      (length) => ({
        image: '$V',
        variables: [
          ['V', '$W'.repeat(length / 2)],
          ['W', '$V'],
        ],
      }),
    ],
  ])('with %s', async (_what, line, changes) => {
    const runner = await openRunner(configuration(line), new AbortController().signal);
    const payload = payloads();
    const growing = growth((length) => runner.plan(payload(changes(length))));
    await runner.dispose();
    expect(growing).toBeLessThan(tolerated);
  });
});

/** How much more work the large text is than the small one: the best of five, in time of the processor, which load does not change. */
function growth(work: (length: number) => unknown): number {
  const best = (length: number): number =>
    Math.min(
      ...[1, 2, 3, 4, 5].map(() => {
        const before = cpuUsage();
        work(length);
        const { user, system } = cpuUsage(before);
        return (user + system) / 1000;
      }),
    );
  work(small);
  // Below a tenth of a millisecond the clock decides.
  return best(large) / Math.max(best(small), 0.1);
}

const configuration = (line: string): string =>
  `[[runners]]\n  name = "r"\n  url = "https://gitlab.example.com"\n  token = "glrt-0123456789abcdefghij"
  executor = "kubernetes"\n  [runners.kubernetes]\n    image = "alpine"\n    ${line}\n`;
