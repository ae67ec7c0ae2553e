import { isRunnerError, type KubeObject } from '@millrace/core';
import {
  checkSelectableFields,
  matchesFields,
  matchesLabels,
  parseFieldSelector,
  parseLabelSelector,
} from '@millrace/kube-objects';
import { badRequest } from '../store/status.ts';
import type { ResourceRequest } from './request-info.ts';

/** Which objects of a resource a list or watch wants. */
export type Selection = (object: KubeObject) => boolean;

/**
 * From path and query: namespace, name (a watch of one object), `labelSelector` and `fieldSelector`.
 * @throws ApiStatusError BadRequest for a selector that does not parse or a field one cannot select by
 */
export function parseSelection(info: ResourceRequest, query: URLSearchParams): Selection {
  const labels = refused(() => parseLabelSelector(query.get('labelSelector') ?? ''));
  const fields = refused(() => {
    const selector = parseFieldSelector(query.get('fieldSelector') ?? '');
    checkSelectableFields(selector, info.type);
    return selector;
  });
  return (object) =>
    (info.namespace === '' || object.metadata.namespace === info.namespace) &&
    (info.name === '' || object.metadata.name === info.name) &&
    matchesLabels(labels, object.metadata.labels ?? {}) &&
    matchesFields(fields, object);
}

/** What the parsers say is what the client is told. */
function refused<Result>(parse: () => Result): Result {
  try {
    return parse();
  } catch (error) {
    throw isRunnerError(error) ? badRequest(error.message) : error;
  }
}
