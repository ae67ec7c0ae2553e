import type { Binding, OverwriteRow, SettingRow, UnsupportedRow } from '@millrace/core';
import { builtInPlugins } from '../../apps/gitlab-compat/src/composition.ts';
import { code, page, table } from './markdown.ts';

/** Bindings of every plugin of the program, in its order. */
export const gitlabBindings = (): readonly Binding[] =>
  builtInPlugins('git').flatMap(({ bindings }) => bindings.filter(({ peer }) => peer === 'gitlab'));

/** `docs/reference/gitlab-keys.md` */
export function gitlabKeysPage(): string {
  return page(
    "GitLab Runner's keys",
    `Keys of a \`config.toml\` that are known, by the plugin that owns them. Keys that begin with \`/\` stand in
\`[[runners]]\`, the others in \`[runners.kubernetes]\`. What a key sets is shown as a path of
[the plugin's settings](plugin-settings.md); to write both is an error. A key that is in no table is warned about; one of a
plugin that is not loaded is an error. Environment and flag are what
\`run-single\` calls the key, where flags for keys of \`[runners.kubernetes]\` begin with \`--kubernetes-\`; since is the release of GitLab Runner that brought it.`,
    ...gitlabBindings().flatMap(section),
  );
}

function section(binding: Binding): readonly string[] {
  const { plugin, rows, overwrites = [], unsupported = [], constants = {} } = binding;
  return [
    `## ${plugin}`,
    table(
      ['Key', 'Form', 'Environment', 'Flag', 'Since', 'Default', 'Sets', 'What it is'],
      rows.map(settingCells),
    ),
    overwrites.length === 0 ? '' : '### Job variables',
    table(
      ['Variable', 'Allowed by', 'Environment', 'Flag', 'Changes', 'What it does'],
      overwrites.map(overwriteCells),
    ),
    Object.keys(constants).length === 0 ? '' : '### Set because it is GitLab',
    table(
      ['Sets', 'To'],
      Object.entries(constants).map(([path, value]) => [code(path), code(JSON.stringify(value))]),
    ),
    unsupported.length === 0 ? '' : '### Not supported',
    table(['Key', 'Answer', 'What to do'], unsupported.map(unsupportedCells)),
  ];
}

function settingCells(row: SettingRow): readonly string[] {
  const { key, form, members, environment, flag, since, path, doc } = row;
  const shape = members === undefined ? '' : ` of ${code(Object.keys(members).join(', '))}`;
  return [
    code(key),
    `${form}${shape}${row.secret === true ? ', secret' : ''}`,
    code(environment),
    code(flag && `--${flag}`),
    since ?? '',
    row.default ?? '',
    code(path),
    `${doc}${expansion(row)}${row.shared === true ? ' Other plugins read it too.' : ''}`,
  ];
}

function expansion({ expand }: SettingRow): string {
  if (expand === undefined) return '';
  const where = expand.members === undefined ? 'it' : code(expand.members.join(', '));
  const which = expand.scope === 'payload' ? "Variables of the job's payload" : 'Job variables';
  return ` ${which} are replaced in ${where}.`;
}

function overwriteCells({
  variable,
  form,
  gate,
  path,
  secret,
  doc,
}: OverwriteRow): readonly string[] {
  const allowed = {
    pattern: 'its pattern must match the value',
    maximum: 'the value must not be above it',
    switch: 'when true',
  };
  return [
    code(form === 'entry' ? `${variable}*` : variable),
    `${code(gate.key)}: ${allowed[gate.rule]}`,
    code(gate.environment),
    code(gate.flag && `--${gate.flag}`),
    code(path),
    secret === true ? `${doc} Never shown.` : doc,
  ];
}

const unsupportedCells = ({ key, answer, doc }: UnsupportedRow): readonly string[] => [
  code(key),
  answer === 'refuse' ? 'refused' : 'warning',
  `${doc.charAt(0).toUpperCase()}${doc.slice(1)}.`,
];
