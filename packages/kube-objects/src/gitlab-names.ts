import type { Random } from '@millrace/core';

const longest = 63;
const suffixLength = 8;

/**
 * The name from which GitLab Runner derives what it creates: lower case, only `[-a-z0-9]`, beginning with a letter or
 * digit, at most 63 characters.
 */
export function gitlabNameBase(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^-a-z0-9]/gu, '')
    .replace(/^-+/u, '')
    .slice(0, longest);
}

/**
 * The part of a runner's token that names things: without its prefixes, at most 9 characters.
 */
export function gitlabShortToken(token: string): string {
  return token
    .replace(/^(?:glrt-(?:t[123]_)?|t[123]_|glrtr-)/u, '')
    .replace(/^glcbt-/u, '')
    .replace(/^GR[0-9a-fA-F]{7}/u, '')
    .slice(0, 9);
}

/**
 * The name base of one concurrency slot of a runner in a project.
 * @param shortToken - see {@link gitlabShortToken}
 */
export function gitlabUniqueName(shortToken: string, projectId: number, slot: number): string {
  return gitlabNameBase(`runner-${shortToken}-project-${projectId}-concurrent-${slot}`);
}

/** A name that does not repeat: the base cut to 54 characters, a dash and 8 random characters. */
export function gitlabGeneratedName(base: string, random: Random): string {
  return `${base.slice(0, longest - suffixLength - 1)}-${random.name(suffixLength)}`;
}

/**
 * GitLab Runner's label values: what a label value cannot hold becomes `_`, one for each character; `-`, `_` and `.` at
 * the ends are cut off, and what is longer than 63 characters is cut.
 */
export function gitlabLabelValue(text: string): string {
  return trimSeparators(
    trimSeparators(text.replaceAll(/[^-A-Za-z0-9_.]/gu, '_')).slice(0, longest),
  );
}

function trimSeparators(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isSeparator(text[start])) start += 1;
  while (end > start && isSeparator(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

const isSeparator = (character: string | undefined): boolean =>
  character === '-' || character === '_' || character === '.';
