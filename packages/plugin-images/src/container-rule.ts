import { RunnerError, type ContainerRequest } from '@millrace/core';
import { PLUGIN } from './plugin-name.ts';
import type { ImageRule, ImagesSettings } from './settings.ts';

/** A value of a rule and where it stands in the settings. */
export interface RuleValue<Value> {
  readonly value: Value;
  readonly rule: string;
  readonly path: readonly string[];
}

type Target = Pick<ContainerRequest, 'name' | 'role'>;

/**
 * What the rules say about one member for one container: a rule that names the container is closer than one that names
 * its role, and that is closer than one for all. Empty texts and lists say nothing.
 * @throws RunnerError `MILLRACE_E_IMAGES_RULES` when two equally close rules say different things
 */
export function ruleValue<Member extends keyof ImageRule>(
  rules: ImagesSettings['rules'],
  container: Target,
  member: Member,
): RuleValue<NonNullable<ImageRule[Member]>> | undefined {
  const candidates = Object.entries(rules).flatMap(([name, rule]) => {
    const value = rule[member];
    if (value === undefined || isEmpty(value) || !applies(rule, container)) return [];
    return [{ value, rule: name, path: ['rules', name, member], closeness: closeness(rule) }];
  });
  const closest = Math.max(...candidates.map((candidate) => candidate.closeness));
  const [first, ...others] = candidates.filter((candidate) => candidate.closeness === closest);
  const rival = others.find(({ value }) => JSON.stringify(value) !== JSON.stringify(first?.value));
  if (first !== undefined && rival !== undefined) throw disagreement(container, first, rival);
  return first;
}

const isEmpty = (value: unknown): boolean =>
  value === '' || (Array.isArray(value) && value.length === 0);

const applies = ({ roles, containers }: ImageRule, { name, role }: Target): boolean =>
  (containers?.includes(name) ?? true) && (roles?.includes(role) ?? true);

const closeness = ({ roles, containers }: ImageRule): number =>
  containers === undefined ? (roles === undefined ? 0 : 1) : 2;

function disagreement(
  { name }: Target,
  first: { readonly path: readonly string[] },
  rival: { readonly path: readonly string[] },
): RunnerError {
  return new RunnerError(
    `${first.path.join('.')} and ${rival.path.join('.')} say different things about container "${name}"`,
    {
      code: 'MILLRACE_E_IMAGES_RULES',
      kind: 'config',
      blame: PLUGIN,
      hint: 'name the container in one of the two rules',
    },
  );
}
