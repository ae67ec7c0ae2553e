import type { ContainerRequest } from '@millrace/core';
import { ruleValue } from './container-rule.ts';
import type { ImagesSettings, PullPolicy } from './settings.ts';

/** Who named the policies that a container wants. */
export type PolicyOrigin = 'job' | 'settings' | 'default';

/** Policies to try for a container's image, in order, or why there are none. */
export type PolicyChoice =
  | {
      readonly policies: readonly PullPolicy[];
      readonly origin: PolicyOrigin;
      readonly path: readonly string[];
    }
  | { readonly unknown: string; readonly in: 'allowed' | 'allowed-by-default' | 'settings' | 'job' }
  | {
      readonly none: true;
      readonly wanted: readonly PullPolicy[];
      readonly allowed: readonly PullPolicy[];
      readonly origin: PolicyOrigin;
    };

/**
 * What the job wants, else what the settings say, as far as it is allowed; order and duplicates stay, because a list
 * with the same policy twice is a way to say "try again" (gitlab/011, 013).
 */
export function effectivePolicies(
  container: ContainerRequest,
  containers: readonly ContainerRequest[],
  { rules, pullPolicyNames }: Pick<ImagesSettings, 'rules' | 'pullPolicyNames'>,
): PolicyChoice {
  const twin = ruleValue(rules, container, 'pullPoliciesOf')?.value;
  const holder = containers.find(({ name }) => name === twin) ?? container;
  const configured = ruleValue(rules, container, 'pullPolicies');
  const allowedRule = ruleValue(rules, container, 'allowedPullPolicies');
  const requested = holder.image?.pullPolicies ?? [];
  const read = (names: readonly string[]): readonly PullPolicy[] | string => {
    const stranger = names.find((name) => !Object.hasOwn(pullPolicyNames, name));
    return stranger ?? names.map((name) => pullPolicyNames[name] ?? '');
  };
  const allowed = read(allowedRule?.value ?? configured?.value ?? ['']);
  if (typeof allowed === 'string')
    return { unknown: allowed, in: allowedRule === undefined ? 'allowed-by-default' : 'allowed' };
  const wanted = read(requested.length > 0 ? requested : (configured?.value ?? ['']));
  const origin = requested.length > 0 ? 'job' : configured === undefined ? 'default' : 'settings';
  if (typeof wanted === 'string')
    return { unknown: wanted, in: origin === 'job' ? 'job' : 'settings' };
  const policies = wanted.filter((policy) => allowed.includes(policy));
  return policies.length === 0
    ? { none: true, wanted, allowed, origin }
    : { policies, origin, path: configured?.path ?? [] };
}
