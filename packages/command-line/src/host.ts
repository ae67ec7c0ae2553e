/** The part of `process` that a program uses. */
export type Host = Pick<
  NodeJS.Process,
  'stdout' | 'stderr' | 'env' | 'cwd' | 'on' | 'off' | 'exit'
>;

/** Whether to write colours to a stream: `NO_COLOR`, then `FORCE_COLOR`, then whether it is a terminal. */
export function isColored(
  { env }: Pick<Host, 'env'>,
  stream: { readonly isTTY: boolean },
): boolean {
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  if (env['FORCE_COLOR'] !== undefined) return env['FORCE_COLOR'] !== '0';
  return stream.isTTY;
}
