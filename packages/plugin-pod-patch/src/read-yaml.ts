import type { JsonValue } from '@millrace/core';
import { parseAllDocuments, type Tags } from 'yaml';
import { PatchFault } from './patch-fault.ts';
import { aliasFault, yamlFault } from './yaml-fault.ts';

/** What YAML 1.1 has and the Kubernetes tools do not read: dates are strings to them, and so is `1:30`. */
const leftOut = /:(?:binary|omap|pairs|set|timestamp)$/;

const readAsKubernetes = (tag: Tags[number]): boolean =>
  typeof tag === 'string' || !(leftOut.test(tag.tag) || tag.format === 'TIME');

/**
 * The first document of a YAML or JSON text as JSON, read as the Kubernetes tools read it: YAML 1.1, of a key that is
 * written twice the last counts, an empty text is `null`.
 * @throws PatchFault of the step `parse`, in the words of those tools where we know them
 */
export function readYaml(text: string): JsonValue {
  const documents = parseAllDocuments(text, {
    version: '1.1',
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
    customTags: (tags) => tags.filter(readAsKubernetes),
  });
  const [document] = [...documents];
  if (document === undefined) return null;
  const [error] = document.errors;
  if (error !== undefined) throw new PatchFault('parse', yamlFault(text, document.errors));
  return contentOf(document);
}

function contentOf(document: { readonly toJS: () => unknown }): JsonValue {
  try {
    return JSON.parse(JSON.stringify(document.toJS())) as JsonValue;
  } catch (error) {
    // An alias without its anchor, an anchor in itself, or aliases of aliases that expand to too much.
    throw new PatchFault('parse', aliasFault(error));
  }
}
