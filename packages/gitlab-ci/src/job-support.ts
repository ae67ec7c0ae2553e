import { suggestionHint } from '@millrace/config';
import { getEntry, type CiMap, type CiNode } from './ci-node.ts';
import type { Findings } from './findings.ts';
import { jobKeys, type KeySupport } from './job-keys.ts';

/**
 * Checks every key of a job: unknown ones are errors, unsupported ones are findings by {@link jobKeys}.
 * @param given - names of variables that the caller provides
 */
export function checkJobKeys(
  name: string,
  job: CiMap,
  given: ReadonlySet<string>,
  findings: Findings,
): void {
  for (const [key, written] of job.entries) {
    const support = Object.hasOwn(jobKeys, key) ? jobKeys[key] : undefined;
    const node = getEntry(job, key);
    if (support === undefined)
      findings.error(written, 'unknown key', suggestionHint(key, Object.keys(jobKeys)).hint);
    else if (support.kind === 'ignored') findings.ignored(key, name);
    else if (node !== undefined && support.kind !== 'supported')
      report(node, support, given, findings);
  }
}

type Finding = Extract<KeySupport, { readonly message: string }>;

function report(
  node: CiNode,
  { kind, message, hint }: Finding,
  given: ReadonlySet<string>,
  findings: Findings,
): void {
  switch (kind) {
    case 'warning':
      findings.warning(node, message, hint);
      break;
    case 'error':
      findings.unsupported(node, message, hint);
      break;
    case 'condition':
      findings.condition(node, message, hint);
      break;
    case 'provided': {
      const names = node.kind === 'map' ? [...node.entries.keys()] : [];
      const missing = names.filter((name) => !given.has(name));
      if (missing.length > 0)
        findings.unsupported(node, `${message} (${missing.join(', ')})`, hint);
    }
  }
}
