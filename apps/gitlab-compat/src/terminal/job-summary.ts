import { styleText } from 'node:util';
import type { JobResult, Outcome } from '@millrace/core';

/** What the cluster was asked for a job. */
export interface RequestSummary {
  readonly requests: number;
  readonly upgrades: number;
  readonly watches: number;
}

/** The end of a local job for people: how it ended and why, its pod, its stages, and what it cost the API server. */
export function summarize(
  job: string,
  result: JobResult,
  counts: RequestSummary,
  color: boolean,
): string {
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    color ? styleText(style, text, { validateStream: false }) : text;
  const lines = [`${paint('bold', job)}: ${verdict(result.outcome, paint)}`];
  for (const unit of result.units) {
    lines.push(
      `  pod       ${unit.podName}${unit.attempts > 1 ? ` (attempt ${unit.attempts})` : ''}`,
    );
    for (const [index, stage] of unit.stages.entries()) {
      const mark = stage.outcome.kind === 'success' ? paint('green', '✓') : paint('red', '✗');
      lines.push(
        `  ${index === 0 ? 'stages' : '      '}    ${mark} ${stage.name.padEnd(28)} ${((stage.finishedAt - stage.startedAt) / 1000).toFixed(2)} s`,
      );
    }
  }
  if (result.outcome.kind === 'failure') {
    for (const line of result.outcome.story ?? []) lines.push(`  ${paint('dim', line)}`);
    if (result.outcome.hint !== undefined)
      lines.push(`  ${paint('cyan', 'hint')}      ${result.outcome.hint}`);
  }
  lines.push(
    `  API       ${counts.requests} requests, ${counts.upgrades} upgraded connections, ${counts.watches} shared watches`,
  );
  return lines.join('\n');
}

function verdict(
  outcome: Outcome,
  paint: (style: Parameters<typeof styleText>[0], text: string) => string,
): string {
  switch (outcome.kind) {
    case 'success':
      return paint('green', 'succeeded');
    case 'canceled':
      return paint('yellow', 'canceled');
    case 'skipped':
      return 'skipped';
    case 'failure':
      return `${paint('red', 'failed')} (${outcome.reason}): ${outcome.message}`;
  }
}
