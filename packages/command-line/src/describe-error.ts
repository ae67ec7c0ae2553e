import { styleText } from 'node:util';
import { isRunnerError } from '@millrace/core';
import { formatPosition } from '@millrace/config';

/** An error for people: what went wrong and where, what to do, and the code to search for. */
export function describeError(thrown: unknown, color: boolean): string {
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    color ? styleText(style, text, { validateStream: false }) : text;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (!isRunnerError(thrown)) return `${paint('red', 'error:')} ${message}`;
  const place =
    thrown.position === undefined || message.includes(formatPosition(thrown.position))
      ? ''
      : `${formatPosition(thrown.position)}: `;
  const lines = [`${paint('red', 'error:')} ${place}${message}`];
  if (thrown.hint !== undefined) lines.push(`${paint('cyan', 'hint:')}  ${thrown.hint}`);
  lines.push(paint('dim', `       ${thrown.code}`));
  return lines.join('\n');
}
