import type { LogLimit } from './size-limit.ts';

/** Streams of a job log as GitLab Runner numbers them. */
export const gitlabStreams = {
  /** The runner's own words. */
  runner: '00O',
  /** The start of the pod. */
  start: '00E',
  /** What the job's scripts say. */
  work: '01O',
  /** Their standard error, where it is kept apart: only in GitLab Runner's old execution strategy. */
  workErrors: '01E',
  /** The job's services. */
  services: '0fO',
} as const;

/** Parameters of addresses whose values GitLab Runner replaces. */
export const gitlabSecretParameters: readonly string[] = [
  'private_token',
  'authenticity_token',
  'rss_token',
  'x-amz-signature',
  'x-amz-credential',
  'x-amz-security-token',
];

const personalToken = 'glpat-';

/** The other tokens of GitLab, masked with `FF_MASK_ALL_DEFAULT_TOKENS`. */
const otherTokens: readonly string[] = [
  'gloas-',
  'gldt-',
  'glrt-',
  'glcbt-',
  'glrtr-',
  'glptt-',
  'glft-',
  'glimt-',
  'glagent-',
  'glsoat-',
  'glffct-',
  '_gitlab_session=',
  'gltok-',
];

/**
 * How tokens begin that are masked. All prefixes count; GitLab Runner takes the fifteen shortest and lets the other
 * tokens through.
 * @param allTokens - `FF_MASK_ALL_DEFAULT_TOKENS`
 * @param additional - `features.token_mask_prefixes` of the job
 */
export function gitlabTokenPrefixes(
  allTokens: boolean,
  additional: readonly string[] = [],
): readonly string[] {
  const prefixes = [personalToken, ...(allTokens ? otherTokens : []), ...additional];
  return [...new Set(prefixes)].filter((prefix) => prefix !== '');
}

const defaultLimitBytes = 4 * 1024 * 1024;

/**
 * The limit of a job log and GitLab Runner's word for it.
 * @param outputLimit - `output_limit`, in units of 1024 bytes; 0 or none is 4 MiB
 */
export function gitlabLogLimit(outputLimit = 0): LogLimit {
  const bytes = outputLimit > 0 ? outputLimit * 1024 : defaultLimitBytes;
  return {
    bytes,
    notice: `\n\u001B[33;1mJob's log exceeded limit of ${bytes} bytes.\nJob execution will continue but no more output will be collected.\u001B[0;m\n`,
  };
}
