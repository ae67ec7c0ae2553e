/** Ends all colours. */
export const RESET = '\u001B[0;m';
/** Clears from the cursor to the end of the line. */
export const CLEAR = '\u001B[0K';
export const BOLD_GREEN = '\u001B[32;1m';
export const BOLD_CYAN = '\u001B[36;1m';
export const BOLD_RED = '\u001B[31;1m';
export const YELLOW = '\u001B[0;33m';

// Control sequences (ECMA-48 §5.4), operating system commands up to their terminator, and two-character escapes.
const sequence =
  /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)|[ -/]*[0-Z\\^-~])/g;

/** The text without terminal control sequences. */
export function stripAnsi(text: string): string {
  return text.includes('\u001B') ? text.replaceAll(sequence, '') : text;
}

/** Length of the part of `text` that a control sequence at its end, still incomplete, does not belong to. */
export function completeLength(text: string): number {
  const escape = text.lastIndexOf('\u001B');
  if (escape === -1 || text.length - escape > LONGEST_SEQUENCE) return text.length;
  return /^\u001B(?:\[[0-?]*[ -/]*|\][^\u0007\u001B]*|[ -/]*)$/.test(text.slice(escape))
    ? escape
    : text.length;
}

/** A sequence that is longer than this is no sequence. */
const LONGEST_SEQUENCE = 64;
