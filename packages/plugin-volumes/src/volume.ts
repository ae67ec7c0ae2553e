import { isRunnerError, type JsonObject, type JsonValue } from '@millrace/core';
import { canonicalQuantity, decodeObject, fieldOf } from '@millrace/kube-objects';

/** A volume as Kubernetes writes it: its name and one source, `{ name: 'cache', emptyDir: {} }`. */
export type Volume = JsonObject & { readonly name: string };

const isTable = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The same volume without a limit to its size. */
function withoutSizeLimit(volume: Volume): Volume {
  const { emptyDir, ...rest } = volume;
  if (!isTable(emptyDir)) return volume;
  const { sizeLimit: _, ...source } = emptyDir;
  return { ...rest, name: volume.name, emptyDir: source };
}

/** A volume as it is sent, and what is wrong with the size it was given. */
export interface SizedVolume {
  readonly volume: Volume;
  readonly fault?: { readonly quantity: string; readonly error: string };
}

/**
 * Writes a size limit as Kubernetes writes quantities. One that is no quantity is left out, and the job goes on: GitLab
 * Runner warns and does the same.
 */
export function sized(volume: Volume): SizedVolume {
  const { emptyDir } = volume;
  const limit = isTable(emptyDir) ? emptyDir['sizeLimit'] : undefined;
  if (!isTable(emptyDir) || limit === undefined) return { volume };
  const quantity = typeof limit === 'number' ? String(limit) : limit;
  if (quantity === '' || typeof quantity !== 'string') return { volume: withoutSizeLimit(volume) };
  try {
    const sizeLimit = canonicalQuantity(quantity);
    return { volume: { ...volume, emptyDir: { ...emptyDir, sizeLimit } } };
  } catch (thrown) {
    if (!isRunnerError(thrown)) throw thrown;
    return { volume: withoutSizeLimit(volume), fault: { quantity, error: thrown.message } };
  }
}

/** What the API's own types say against a volume. A bad size limit is no fault here: it is left out of the pod. */
export function volumeFault(value: Volume): string | undefined {
  const sources = Object.keys(value).filter((key) => key !== 'name');
  const [source] = sources;
  if (source === undefined || sources.length > 1)
    return `needs exactly one source beside its name, not ${sources.length}: emptyDir, persistentVolumeClaim, …`;
  if (fieldOf('Volume', source) === undefined) return `"${source}" is no kind of volume`;
  try {
    const { unknownFields } = decodeObject(withoutSizeLimit(value), 'Volume');
    return unknownFields.length === 0 ? undefined : `unknown field ${unknownFields.join(', ')}`;
  } catch (thrown) {
    if (!isRunnerError(thrown)) throw thrown;
    return thrown.message;
  }
}
