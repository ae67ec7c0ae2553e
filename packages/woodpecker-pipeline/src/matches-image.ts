import { isRunnerError } from '@millrace/core';
import { parseImageReference, type ImageReference } from '@millrace/kube-objects';

/** Whether an image is one of those listed; an entry without tag means every tag. */
export function matchesImage(image: string, list: readonly string[]): boolean {
  const named = parsed(image);
  return list.some((entry) => {
    const wanted = parsed(entry);
    if (named === undefined || wanted === undefined) return image === entry;
    const isSame = named.registry === wanted.registry && named.path === wanted.path;
    return (
      isSame && (!hasTag(entry) || (named.tag === wanted.tag && named.digest === wanted.digest))
    );
  });
}

/** Whether an image comes from this registry host. */
export function isFromRegistry(image: string, host: string): boolean {
  return parsed(image)?.registry === (host === 'index.docker.io' ? 'docker.io' : host);
}

function hasTag(image: string): boolean {
  return image.includes('@') || image.lastIndexOf(':') > image.lastIndexOf('/');
}

/** An image whose name is not valid matches nothing but itself; the cluster says what is wrong with it. */
function parsed(image: string): ImageReference | undefined {
  try {
    return parseImageReference(image);
  } catch (error) {
    if (isRunnerError(error)) return undefined;
    throw error;
  }
}
