import type { Plan, PlannedDecision } from '@millrace/core';
import type { ExplainOptions } from './explain-json.ts';
import { plainLine } from './explain-json.ts';
import type { FieldRow } from './field-rows.ts';
import { fieldRows } from './field-rows.ts';
import type { ShownPlan } from './shown-plan.ts';
import { shownPlan } from './shown-plan.ts';
import { tableLines } from './text-table.ts';

/** How a plan is explained to people. */
export interface ExplainTableOptions extends ExplainOptions {
  readonly color?: boolean;
}

/** Widest value, source and remark in characters; longer ones are cut. */
const widths = [44, 56, 20, 120, 80];

/**
 * A plan as text for people: each object's fields by area with their value, who set it, by which line of the
 * configuration or job variable, and what it displaced; then decisions, lines of the job log and the refusal.
 */
export function explainTable(plan: Plan, options: ExplainTableOptions = {}): string {
  const shown = shownPlan(plan, options.showSecrets === true);
  const style = styles(options.color === true);
  const lines = [
    ...shown.objects.flatMap((object) => objectLines(object, style)),
    ...decisionLines(shown.decisions, style),
    ...section(
      'Job log',
      style,
      shown.log.map((line) => `  ${(options.logLine ?? plainLine)(line)}`),
    ),
    ...section(
      'Facts about the cluster that were used',
      style,
      plan.facts.map((fact) => `  ${fact}`),
    ),
    ...refusalLines(shown, options, style),
  ];
  return `${lines.join('\n').trim()}\n`;
}

interface Styles {
  readonly heading: (text: string) => string;
  readonly area: (text: string) => string;
  readonly bad: (text: string) => string;
}

function styles(color: boolean): Styles {
  const paint = (code: string) => (text: string) =>
    color ? `\u001B[${code}m${text}\u001B[0m` : text;
  return { heading: paint('1'), area: paint('36'), bad: paint('31;1') };
}

function section(title: string, style: Styles, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [style.heading(title), ...lines, ''];
}

function objectLines(object: ShownPlan['objects'][number], style: Styles): readonly string[] {
  const { kind, metadata } = object.manifest;
  const rows = fieldRows(object);
  const table = tableLines(
    rows.map((row) => [row.field, row.value, shortName(row.plugin), row.source, displaced(row)]),
    widths,
  );
  const place = metadata.namespace === undefined ? '' : ` in ${metadata.namespace}`;
  return section(
    `${kind} ${metadata.name ?? ''}${place}`,
    style,
    table.flatMap((line, index) => {
      const area = rows[index]?.area ?? '';
      return area === rows[index - 1]?.area
        ? [`    ${line}`]
        : [`  ${style.area(area)}`, `    ${line}`];
    }),
  );
}

function displaced(row: FieldRow): string {
  return row.displaced.length === 0 ? '' : `instead of ${row.displaced.join(', ')}`;
}

function decisionLines(decisions: readonly PlannedDecision[], style: Styles): readonly string[] {
  const rows = decisions.map((decision) => [
    decision.allowed ? 'allowed' : 'refused',
    decision.subject,
    decision.value,
    decision.source,
    decision.reason,
  ]);
  return section(
    'Decisions',
    style,
    tableLines(rows, [7, 44, 44, 60, 120]).map((line) => `  ${line}`),
  );
}

function refusalLines(
  shown: ShownPlan,
  options: ExplainTableOptions,
  style: Styles,
): readonly string[] {
  if (shown.refused === null) return [];
  const { reason, message, plugin, position } = shown.refused;
  const place = position === undefined ? '' : ` (${position.file}:${position.line})`;
  return [
    style.bad(`Refused: ${(options.failureReason ?? String)(reason)}`),
    `  ${message}`,
    `  by ${shortName(plugin)}${place}`,
  ];
}

/** Our own plugins go by their short names. */
function shortName(plugin: string): string {
  return plugin.replace(/^@millrace\/(plugin-)?/, '');
}
