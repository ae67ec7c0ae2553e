import { styleText } from 'node:util';
import { writeOut } from '@millrace/command-line';
import type { Outcome, RunEvent, UnitResult } from '@millrace/core';
import { createStepLog, type StepLine, type StepLog } from '../agent/step-log.ts';
import { stepStory } from '../agent/step-story.ts';

/** A workflow on a terminal: lines of its steps side by side, each behind the name of its step. */
export interface WorkflowView {
  /** Takes the workflow's events; slow terminals hold its logs back. */
  readonly handle: (event: RunEvent) => Promise<void>;
  /** The end of the workflow: each step and how it ended, and what all of it cost the API server. */
  readonly summary: (outcome: Outcome, counts: RequestSummary) => string;
}

/** Where a workflow is shown and what it hides. */
export interface WorkflowViewOptions {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly color: boolean;
  /** The workflow's name. */
  readonly title: string;
  /** Names of its steps. */
  readonly steps: readonly string[];
  readonly masks: readonly string[];
}

/** What the cluster was asked for a workflow. */
export interface RequestSummary {
  readonly requests: number;
  readonly upgrades: number;
  readonly watches: number;
}

const colors = ['cyan', 'magenta', 'yellow', 'blue', 'green'] as const;
const longestName = 24;

/** Shows a workflow while it runs. */
export function openWorkflowView(options: WorkflowViewOptions): WorkflowView {
  const { stdout, stderr, color, title, steps, masks } = options;
  const width = Math.min(longestName, Math.max(0, ...steps.map((name) => name.length)));
  const logs = new Map<string, StepLog>();
  const results: { readonly name: string; readonly result: UnitResult }[] = [];
  /** They come again and again while a node tries. */
  const notes = new Set<string>();
  const paint = (style: Style, text: string): string =>
    color ? styleText(style, text, { validateStream: false }) : text;
  const logOf = (unit: string): StepLog => {
    const known = logs.get(unit) ?? createStepLog(masks, { offset: 0, line: 0 });
    logs.set(unit, known);
    return known;
  };
  const heading = (name: string): string => {
    const style = colors[Math.max(0, steps.indexOf(name)) % colors.length] ?? 'cyan';
    return paint(style, name.padEnd(width));
  };
  const show = async (name: string, lines: readonly StepLine[]): Promise<void> => {
    for (const { data } of lines)
      await writeOut(stdout, Buffer.concat([Buffer.from(`${heading(name)} | `), data, newLine]));
  };
  return {
    handle: async (event) => {
      switch (event.type) {
        case 'output':
          await show(event.unit.title, logOf(event.unit.id).push(event.bytes, event.place));
          break;
        case 'unit-waiting':
          if (event.note === undefined || notes.has(event.note)) break;
          notes.add(event.note);
          await writeOut(stderr, `${event.unit.title} waits: ${event.note}\n`);
          break;
        case 'unit-finished':
          results.push({ name: event.unit.title, result: event.result });
          await show(event.unit.title, logOf(event.unit.id).end());
          await show(
            event.unit.title,
            logOf(event.unit.id).say(stepStory(event.unit, event.result, [])),
          );
          break;
        case 'trouble':
          await writeOut(stderr, `warning: ${event.message}\n`);
          break;
        case 'line':
          if (event.line.kind === 'warn') await writeOut(stderr, `warning: ${event.line.text}\n`);
          break;
        default:
          break;
      }
    },
    summary: (outcome, { requests, upgrades, watches }) => {
      const lines = results.map(({ name, result }) => {
        const [style, mark, words] = stepLine(result);
        return `  ${paint(style, mark)} ${name.padEnd(width)} ${words}`.trimEnd();
      });
      return [
        `${paint('bold', title)}: ${paint(...verdict(outcome, results.length === 0))}`,
        ...lines,
        ...(outcome.kind === 'failure' && outcome.hint !== undefined && results.length === 0
          ? [`  hint: ${outcome.hint}`]
          : []),
        `  API ${requests} requests, ${upgrades} upgraded connections, ${watches} shared watches`,
      ].join('\n');
    },
  };
}

const newLine = Buffer.from('\n');

type Style = 'bold' | 'dim' | 'green' | 'red' | (typeof colors)[number];

/** @param alone - no step has a line of its own that tells why */
function verdict(outcome: Outcome, alone: boolean): readonly [Style, string] {
  switch (outcome.kind) {
    case 'success':
      return ['green', 'succeeded'];
    case 'canceled':
      return ['yellow', 'canceled'];
    case 'skipped':
      return ['dim', 'skipped'];
    case 'failure':
      return [
        'red',
        alone || outcome.reason === 'job_timeout' ? `failed: ${outcome.message}` : 'failed',
      ];
  }
}

function stepLine(result: UnitResult): readonly [Style, string, string] {
  const { outcome, exitCode, stages } = result;
  const from = result.startedAt ?? stages[0]?.startedAt;
  const to = result.finishedAt ?? stages.at(-1)?.finishedAt;
  const took = from === undefined || to === undefined ? '' : duration(to - from);
  switch (outcome.kind) {
    case 'success':
      return ['green', '✓', took];
    case 'canceled':
      return ['yellow', '-', 'canceled'];
    case 'skipped':
      return ['dim', '-', 'skipped'];
    case 'failure':
      return [
        'red',
        '✗',
        outcome.reason === 'script_failed' ? `exit code ${exitCode ?? 1}` : outcome.message,
      ];
  }
}

/** Containers end at whole seconds, as far as a cluster tells. */
const duration = (milliseconds: number): string =>
  milliseconds < 1000 ? 'under 1 s' : `${Math.floor(milliseconds / 1000)} s`;
