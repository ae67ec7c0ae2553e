/** The target of the symbolic link at an absolute path of the container, or undefined when there is no link. */
export type ReadLink = (path: string) => string | undefined;

/** As the kernel's limit. */
const mostLinks = 40;

/**
 * Follows symbolic links as a process inside the container would: an absolute target starts at the container's root,
 * and `..` stops there. The result has no link left in it, so the set-up, which still sees this machine's root, cannot
 * be led out of the container by `var/run -> /run`.
 * @throws Error when there are too many links
 */
export function resolvePath(path: string, readLink: ReadLink): string {
  const rest = path.split('/');
  const done: string[] = [];
  let links = 0;
  for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      done.pop();
      continue;
    }
    const target = readLink(`/${[...done, part].join('/')}`);
    if (target === undefined) {
      done.push(part);
      continue;
    }
    links += 1;
    if (links > mostLinks) throw new Error(`too many levels of symbolic links in ${path}`);
    if (target.startsWith('/')) done.length = 0;
    rest.unshift(...target.split('/'));
  }
  return `/${done.join('/')}`;
}
