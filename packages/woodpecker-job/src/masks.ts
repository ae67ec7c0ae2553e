import type { Variable } from '@millrace/core';
import type { Workflow } from './payload/payload.ts';

/** Shorter values are not hidden. */
const shortest = 4;

/**
 * Values to hide, as variables that nobody sees: every line of each secret. Besides the secrets that the server names
 * these are the credentials it sends without naming them, for git and for registries.
 */
export function maskedVariables({ secrets, stages }: Workflow): readonly Variable[] {
  const unnamed = stages.flat().flatMap(({ environment, login }) => [
    { name: 'CI_NETRC_PASSWORD', value: environment['CI_NETRC_PASSWORD'] ?? '' },
    { name: 'auth_config', value: login.password },
  ]);
  return [...secrets, ...unnamed].flatMap(({ name, value }) =>
    maskedParts(value).map((part): Variable => ({
      key: name,
      value: part,
      public: false,
      file: false,
      masked: true,
      raw: true,
      internal: true,
    })),
  );
}

/** Lines of a secret; a short secret has none, a short line of a long one is hidden. */
export function maskedParts(value: string): readonly string[] {
  const trimmed = value.trim();
  if (new TextEncoder().encode(trimmed).length < shortest) return [];
  return trimmed.split('\n').filter((line) => line !== '');
}
