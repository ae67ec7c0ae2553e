/** Where a value sits in a file: table keys as strings, list indexes as numbers. */
export type ConfigPath = readonly (string | number)[];

/**
 * Prints a path as a reader would type it: `runners[0].kubernetes."odd key"`; the empty path is `(top level)`.
 */
export function formatConfigPath(path: ConfigPath): string {
  if (path.length === 0) return '(top level)';
  return path
    .map((segment, index) => {
      if (typeof segment === 'number') return `[${segment}]`;
      const isFirst = index === 0;
      // A leading dot is common (templates of a pipeline) and cannot be misread at the start.
      const isPlain = (isFirst ? /^\.?[\w/:-]+$/ : /^[\w/:-]+$/).test(segment);
      const text = isPlain ? segment : JSON.stringify(segment);
      return isFirst ? text : `.${text}`;
    })
    .join('');
}

/** A path as one string, for use as a map key; two paths are equal exactly when their keys are. */
export const pathKey = (path: ConfigPath): string => JSON.stringify(path);
