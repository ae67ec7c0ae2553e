import { createHash } from 'node:crypto';
import { RunnerError } from '@millrace/core';
import { isDnsLabel, isDnsSubdomain } from './dns-names.ts';

/**
 * Woodpecker's object names: lower case, what a DNS name cannot hold becomes `-`, repeated separators become one, and a
 * name beyond 253 characters ends in a hash of the original.
 * @throws RunnerError `MILLRACE_E_NAME` when nothing valid is left
 */
export function woodpeckerDnsName(text: string): string {
  const collapsed = lowerCase(text)
    .replaceAll(/[^-.a-z0-9]+/gu, '-')
    .replaceAll(/[-.]{2,}/gu, (run) => (run.includes('.') ? '.' : '-'));
  const name = shorten(trim(collapsed, '-.'), 253, '-.', text);
  if (!isDnsSubdomain(name)) {
    throw new RunnerError('name is not a valid kubernetes DNS name', {
      code: 'MILLRACE_E_NAME',
      kind: 'user',
      details: { name: text },
      hint: 'Use letters, digits and dashes.',
    });
  }
  return name;
}

/** Woodpecker's label values, by the same idea; empty is valid, and 63 characters are the limit. */
export function woodpeckerLabelValue(text: string): string {
  const collapsed = lowerCase(text)
    .replaceAll(/[^-_.a-z0-9]+/gu, '-')
    .replaceAll(/[-_.]{2,}/gu, '-');
  return shorten(trim(collapsed, '-_.'), 63, '-_.', text);
}

/** Woodpecker's pod hostnames, made from the step's name; undefined when none can be made. */
export function woodpeckerHostname(text: string): string | undefined {
  const hostname = trim(dnsNameOr(text).replaceAll('.', '-').slice(0, 63), '-');
  return isDnsLabel(hostname) ? hostname : undefined;
}

function dnsNameOr(text: string): string {
  try {
    return woodpeckerDnsName(text);
  } catch {
    return lowerCase(text);
  }
}

/** Go's: character by character, so that `İ` is a plain `i` and not two characters. */
const lowerCase = (text: string): string => text.replaceAll('\u0130', 'i').toLowerCase();

const hashLength = 16;

function shorten(name: string, limit: number, separators: string, original: string): string {
  if (name.length <= limit) return name;
  const hash = createHash('sha256').update(original).digest('hex').slice(0, hashLength);
  return `${trimEnd(name.slice(0, limit - hashLength - 1), separators)}-${hash}`;
}

function trim(text: string, characters: string): string {
  let start = 0;
  while (start < text.length && characters.includes(text.charAt(start))) start += 1;
  return trimEnd(text.slice(start), characters);
}

function trimEnd(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
