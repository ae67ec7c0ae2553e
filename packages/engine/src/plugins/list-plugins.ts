import { hookTable, type HookName, type Permission } from '@millrace/core';
import { executorPermissions } from '../run/permissions.ts';
import type { Generation } from '../plan/generation.ts';

/**
 * What is loaded, from where, in which order, and with which rights, as text for people.
 * @param linesOf - what else there is to say of a plugin, a line each
 */
export function listPlugins(
  { plugins }: Pick<Generation, 'plugins'>,
  linesOf: (loaded: Generation['plugins'][number]) => readonly string[],
): string {
  const lines = plugins.flatMap((loaded, index) => {
    const { name, apiVersion, permissions = [] } = loaded.plugin;
    return [
      `${index + 1}. ${name} (API ${apiVersion}), ${loaded.origin}`,
      ...linesOf(loaded).map(indented),
      ...rightsLine(permissions).map(indented),
    ];
  });
  return [...lines, 'The engine itself', ...rightsLine(executorPermissions).map(indented)].join(
    '\n',
  );
}

/** Who runs in which hook, in order, as text for people. */
export function listHooks({ hooks }: Pick<Generation, 'hooks'>): string {
  return (Object.keys(hookTable) as HookName[])
    .map((hook) => {
      const { kind, budget } = hookTable[hook];
      const names = hooks
        .order(hook)
        .map(
          ({ plugin, order }) => `${plugin}${order.phase === undefined ? '' : ` [${order.phase}]`}`,
        );
      return `${hook} (${kind}${budget === 0 ? '' : `, ${budget / 1000} s`}): ${names.join(' → ') || '—'}`;
    })
    .join('\n');
}

const indented = (line: string): string => `   ${line}`;

const rightsLine = (permissions: readonly Permission[]): readonly string[] =>
  permissions.length === 0 ? [] : [`rights: ${permissions.map(rightText).join('; ')}`];

const rightText = ({ verbs, resources, optional = false }: Permission): string =>
  `${verbs.join(',')} ${resources.join(',')}${optional ? ' (optional)' : ''}`;
