import { RunnerError } from '@millrace/core';

/** The parts of an image's name, with the defaults filled in. */
export interface ImageReference {
  /** Host and port: `docker.io` when the name has none. */
  readonly registry: string;
  /** Repository path: `library/alpine` for Docker Hub's own images. */
  readonly path: string;
  /** `latest` when the name has neither tag nor digest; undefined when it has only a digest. */
  readonly tag: string | undefined;
  /** `sha256:…` */
  readonly digest: string | undefined;
}

const registryPattern =
  /^(?:\[[0-9a-fA-F:]+\]|[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?)*)(?::\d+)?$/u;
const componentPattern = /^[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*$/u;
const tagPattern = /^\w[\w.-]{0,127}$/u;
const digestPattern = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/u;
const longestName = 255;

/**
 * Splits an image's name as container runtimes do.
 * @throws RunnerError `MILLRACE_E_IMAGE_NAME`, reason `image_name_invalid`, worded as a kubelet reports it
 */
export function parseImageReference(image: string): ImageReference {
  const { name, tag, digest } = splitSuffixes(image);
  if (tag !== undefined && !tagPattern.test(tag)) throw invalid(image);
  if (digest !== undefined && !isDigest(digest)) throw invalid(image);
  const { registry, path } = splitRegistry(name);
  if (!registryPattern.test(registry)) throw invalid(image);
  if (path !== path.toLowerCase())
    throw invalid(image, `invalid reference format: repository name (${path}) must be lowercase`);
  if (!path.split('/').every((component) => componentPattern.test(component))) throw invalid(image);
  if (/^[a-f0-9]{64}$/u.test(image))
    throw invalid(
      image,
      `invalid repository name (${image}), cannot specify 64-byte hexadecimal strings`,
    );
  if (`${registry}/${path}`.length > longestName) {
    throw invalid(image, `repository name must not be more than ${longestName} characters`);
  }
  return { registry, path, tag: tag ?? (digest === undefined ? 'latest' : undefined), digest };
}

function splitSuffixes(image: string): {
  readonly name: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
} {
  const at = image.indexOf('@');
  const [tagged, digest] = at < 0 ? [image, undefined] : [image.slice(0, at), image.slice(at + 1)];
  const colon = tagged.lastIndexOf(':');
  // A colon before a slash belongs to the registry's port.
  if (colon <= tagged.lastIndexOf('/')) return { name: tagged, tag: undefined, digest };
  return { name: tagged.slice(0, colon), tag: tagged.slice(colon + 1), digest };
}

/** The first part is a registry when it looks like a host: it has a dot, a port or capitals, or is `localhost`. */
function splitRegistry(name: string): { readonly registry: string; readonly path: string } {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(0, slash));
  const isRegistry = first === 'localhost' || /[.:]/u.test(first) || first !== first.toLowerCase();
  const registry = isRegistry && first !== 'index.docker.io' ? first : 'docker.io';
  const path = isRegistry ? name.slice(slash + 1) : name;
  return {
    registry,
    path: registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path,
  };
}

function isDigest(digest: string): boolean {
  if (!digestPattern.test(digest)) return false;
  return !digest.startsWith('sha256:') || /^sha256:[0-9a-f]{64}$/u.test(digest);
}

function invalid(image: string, why = 'invalid reference format'): RunnerError {
  return new RunnerError(`couldn't parse image name "${image}": ${why}`, {
    code: 'MILLRACE_E_IMAGE_NAME',
    kind: 'user',
    reason: 'image_name_invalid',
    details: { image },
  });
}
