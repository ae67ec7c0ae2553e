import type { ContainerRequest } from '@millrace/core';
import { matchesGlob } from '@millrace/kube-objects';
import { ruleValue, type RuleValue } from './container-rule.ts';
import type { ImagesSettings } from './settings.ts';

/**
 * The list that an image is missing from, or undefined when it may run. Names are compared as written: `alpine` is not
 * `alpine:latest`. What the operator configured by itself, the default image and the helper's repository, may always run.
 */
export function missingFrom(
  image: string,
  container: ContainerRequest,
  { rules, helper }: Pick<ImagesSettings, 'rules' | 'helper'>,
): RuleValue<readonly string[]> | undefined {
  const list = ruleValue(rules, container, 'allowedImages');
  if (list === undefined || list.value.some((pattern) => matchesGlob(pattern, image)))
    return undefined;
  const own = [...Object.values(rules).map((rule) => rule.image), helper.repository];
  return own.includes(image) ? undefined : list;
}
