import type { Logger } from '@millrace/core';

/** A log that keeps what was said, as `level message`. */
export function recordedLog(): { readonly logger: Logger; readonly said: readonly string[] } {
  const said: string[] = [];
  const at =
    (level: string) =>
    (message: string): void =>
      void said.push(`${level} ${message}`);
  const logger: Logger = {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: () => logger,
  };
  return { logger, said };
}
