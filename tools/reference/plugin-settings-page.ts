import type { JsonValue, Plugin, StandardSchema } from '@millrace/core';
import { builtInPlugins } from '../../apps/gitlab-compat/src/composition.ts';
import { builtInPlugins as woodpeckerPlugins } from '../../apps/woodpecker-compat/src/composition.ts';
import { code, page, table } from './markdown.ts';
import { schemaRows, shownValue, type JsonSchema, type SchemaRow } from './schema-rows.ts';

/** What zod and others add to their validators: https://standardschema.dev/json-schema */
interface DescribedSchema {
  readonly jsonSchema?: {
    readonly input: (options: { readonly target: 'draft-2020-12' }) => JsonSchema;
  };
}

/** `docs/reference/plugin-settings.md` */
export async function pluginSettingsPage(): Promise<string> {
  const sections: string[] = [];
  const ofGitlab = builtInPlugins('git').map(({ plugin }) => plugin);
  const others = woodpeckerPlugins({ hostname: '', platform: '' })
    .map(({ plugin }) => plugin)
    .filter(({ name }) => !ofGitlab.some((plugin) => plugin.name === name));
  for (const plugin of [...ofGitlab, ...others]) sections.push(...(await section(plugin)));
  return page(
    'Settings of plugins',
    `Our own settings, neutral of any peer: in \`config.toml\` tables below \`[runners.millrace]\`, for Woodpecker the same
tables in the variable \`MILLRACE_SETTINGS\`. [Keys of GitLab Runner](gitlab-keys.md) and [variables of the Woodpecker
agent](woodpecker-settings.md) set the same paths; to write both is an error. Those pages also have what is preset for a peer.
\`*\` stands for any name, \`[]\` for each element of a list.`,
    ...sections,
  );
}

async function section({ name, configKey, configSchema }: Plugin): Promise<readonly string[]> {
  const rows = await settingRows(configSchema);
  return [
    `## ${title(name, configKey)}`,
    `Of ${code(name)}.`,
    table(
      ['Path', 'Type', 'Default'],
      rows.map(({ path, type, preset }) => [code(path), type, preset]),
    ),
  ];
}

/** The peers' own plugins have the same key: no program has both. */
const title = (name: string, configKey: string): string =>
  name === '@millrace/woodpecker-job'
    ? `\`${configKey}\` in \`MILLRACE_SETTINGS\``
    : `\`[runners.millrace.${configKey}]\``;

/** Rows of the JSON schema, or of the defaults where a validator has no schema to show. */
async function settingRows(schema: StandardSchema): Promise<readonly SchemaRow[]> {
  const standard: StandardSchema['~standard'] & DescribedSchema = schema['~standard'];
  if (standard.jsonSchema !== undefined)
    return schemaRows(standard.jsonSchema.input({ target: 'draft-2020-12' }));
  const result = await standard.validate({});
  if (result.issues !== undefined) throw new Error('a plugin must accept empty settings');
  return Object.entries(result.value as Readonly<Record<string, JsonValue>>).map(
    ([path, value]) => ({ path, type: typeName(value), preset: shownValue(value) }),
  );
}

const typeName = (value: JsonValue): string =>
  Array.isArray(value) ? 'list' : typeof value === 'object' ? 'table' : typeof value;
