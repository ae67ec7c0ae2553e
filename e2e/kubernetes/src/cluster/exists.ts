import { access, constants } from 'node:fs/promises';

/** Whether a path is there, and may be used so. */
export const exists = (path: string, mode: number = constants.F_OK): Promise<boolean> =>
  access(path, mode).then(
    () => true,
    () => false,
  );
