import type { Binding, OptionRow, SettingRow } from '@millrace/core';
import { woodpeckerBindings } from '../../apps/woodpecker-compat/src/bindings.ts';
import {
  agentVariables,
  type AgentVariable,
} from '../../apps/woodpecker-compat/src/config/agent-variables.ts';
import { code, page, table } from './markdown.ts';

export { agentVariables, woodpeckerBindings };

/** `docs/reference/woodpecker-settings.md` */
export function woodpeckerSettingsPage(): string {
  return page(
    "Woodpecker's settings",
    `What the environment of the agent and the steps of a workflow may say: first what the agent itself reads, then by the
plugin that owns it, where variables have the prefix \`WOODPECKER_BACKEND_K8S_\`. Each variable has a flag, which wins. A
boolean is \`true\`, \`1\`, \`t\` or \`false\`, \`0\`, \`f\`; a bare flag is true, an empty variable false. A duration has units:
\`90s\`, \`1m30s\`, \`500ms\`. Items of a list are separated by commas. A file \`.env\` in the working directory says what the
environment does not. Options stand in a step's
\`backend_options.kubernetes\`, those that begin with \`/\` in the step itself. What is set is shown as a path of
[the plugin's settings](plugin-settings.md), which \`MILLRACE_SETTINGS\` writes too; to write both is an error. A
variable or option that is in no table is warned about. Since is the release of Woodpecker that brought it, 2.8 for all
before.`,
    '## The agent itself',
    table(['Variable', 'Form', 'Flag', 'Default', 'What it is'], agentVariables.map(agentCells)),
    `Without a flag: \`WOODPECKER_AGENT_SECRET_FILE\`, a file with the token; \`MILLRACE_SETTINGS\`, tables of plugins by their
keys, as YAML or JSON; \`MILLRACE_PLUGINS\`, names or paths of more plugins; \`KUBERNETES_SERVICE_HOST\`, without which there
is no backend, and \`KUBECONFIG\`; \`SSL_CERT_FILE\` and \`SSL_CERT_DIR\`, authorities to trust; \`NO_COLOR\`.`,
    ...woodpeckerBindings.flatMap(section),
  );
}

function agentCells(row: AgentVariable): readonly string[] {
  const { names, form, flag, aliases = [], doc } = row;
  return [
    names.map(code).join(', or '),
    form,
    [flag, ...aliases].map((each) => code(`--${each}`)).join(', or '),
    row.default === '' ? 'none' : code(row.default),
    doc,
  ];
}

function section({ plugin, rows, options = [], constants = {} }: Binding): readonly string[] {
  return [
    `## ${plugin}`,
    rows.length === 0 ? '' : '### Environment',
    table(
      ['Variable', 'Form', 'Flag', 'Since', 'Default', 'Sets', 'What it is'],
      rows.map(settingCells),
    ),
    options.length === 0 ? '' : '### Options of steps',
    table(
      ['Option', 'Form', 'Allowed by', 'Beside the operator’s', 'Sets', 'What it is'],
      options.map(optionCells),
    ),
    Object.keys(constants).length === 0 ? '' : '### Set because it is Woodpecker',
    table(
      ['Sets', 'To'],
      Object.entries(constants).map(([path, value]) => [code(path), code(JSON.stringify(value))]),
    ),
  ];
}

const shortName = (variable: string | undefined): string | undefined =>
  variable?.replace('WOODPECKER_BACKEND_K8S_', '');

function settingCells(row: SettingRow): readonly string[] {
  const { environment, flag, form, members, since, path, doc } = row;
  const shape = members === undefined ? '' : ` of ${code(Object.keys(members).join(', '))}`;
  return [
    code(shortName(environment)),
    `${form}${shape}`,
    code(flag && `--${flag}`),
    since ?? '',
    row.default ?? '',
    code(path),
    `${doc}${row.shared === true ? ' Other plugins read it too.' : ''}`,
  ];
}

const mergeWords: Readonly<Record<OptionRow['merge'], string>> = {
  replace: 'replaces it',
  'unit-wins': 'entry by entry, the step wins',
  'operator-wins': 'entry by entry, the operator wins',
};

function optionCells({ key, form, members, gate, merge, path, doc }: OptionRow): readonly string[] {
  const shape = members === undefined ? '' : ` of ${code(Object.keys(members).join(', '))}`;
  return [
    code(key),
    `${form}${shape}`,
    gate === undefined
      ? 'always'
      : `${code(shortName(gate.environment))}, ${String(gate.default)} by default, since ${gate.since ?? ''}`,
    mergeWords[merge],
    code(path),
    doc,
  ];
}
