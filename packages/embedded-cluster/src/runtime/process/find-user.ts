import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startError } from '../runtime-error.ts';

/** A user and group by number. */
export interface NumericUser {
  readonly user: number;
  readonly group: number | undefined;
  readonly home: string | undefined;
}

function records(file: string): readonly (readonly string[])[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.split(':'));
  } catch {
    return [];
  }
}

/**
 * Resolves `user`, `uid`, `user:group` or `uid:gid` of an image's configuration by its own passwd and group files.
 * @throws RunnerError when the image does not know the name
 */
export function findUser(root: string, wanted: string): NumericUser {
  const [name = '', groupName] = wanted.split(':');
  const numeric = /^\d+$/u;
  const entry = records(join(root, 'etc/passwd')).find(
    (record) => record[0] === name || (numeric.test(name) && record[2] === name),
  );
  if (entry === undefined && !numeric.test(name))
    throw startError(
      'CreateContainerError',
      `unable to find user ${name}: no matching entries in passwd file`,
    );
  const user = Number(entry?.[2] ?? name);
  const home = entry?.[5];
  if (groupName === undefined)
    return { user, group: entry === undefined ? 0 : Number(entry[3]), home };
  if (numeric.test(groupName)) return { user, group: Number(groupName), home };
  const group = records(join(root, 'etc/group')).find((record) => record[0] === groupName);
  if (group === undefined)
    throw startError(
      'CreateContainerError',
      `unable to find group ${groupName}: no matching entries in group file`,
    );
  return { user, group: Number(group[2]), home };
}
