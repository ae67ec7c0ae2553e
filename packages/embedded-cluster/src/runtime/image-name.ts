/** Grammar of the distribution project's `reference`: optional registry, lower-case path, optional tag and digest. */
const component = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const registry =
  '(?:localhost|\\[[0-9a-fA-F:]+\\]|[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*)(?::[0-9]+)?';
const reference = new RegExp(
  `^(?:${registry}/)?${component}(?:/${component})*(?::\\w[\\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$`,
  'u',
);

/** Whether a container runtime can parse this image name. */
export const isImageName = (name: string): boolean => name.length <= 4096 && reference.test(name);

/** Folder names under which an unpacked image may lie: its name with `/`, `:` and `@` as `_`; without a tag also `latest`. */
export function imageFolders(name: string): readonly string[] {
  const lastPart = name.slice(name.lastIndexOf('/') + 1);
  const names = /[:@]/u.test(lastPart) ? [name] : [name, `${name}:latest`];
  return names.map((candidate) => candidate.replaceAll(/[/:@]/gu, '_'));
}
