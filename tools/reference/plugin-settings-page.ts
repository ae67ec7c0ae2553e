import type { JsonValue, Plugin, StandardSchema } from '@millrace/core';
import { builtInPlugins } from '../../apps/gitlab-compat/src/composition.ts';
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
  for (const { plugin } of builtInPlugins('git')) sections.push(...(await section(plugin)));
  return page(
    'Settings of plugins',
    `Our own settings, neutral of any peer, in the configuration. [Keys of GitLab Runner](gitlab-keys.md) set the same
paths; to write both is an error. That page also has what is preset because it is GitLab.
\`*\` stands for any name, \`[]\` for each element of a list.`,
    ...sections,
  );
}

async function section({ name, configKey, configSchema }: Plugin): Promise<readonly string[]> {
  const rows = await settingRows(configSchema);
  return [
    `## \`[runners.millrace.${configKey}]\``,
    `Of ${code(name)}.`,
    table(
      ['Path', 'Type', 'Default'],
      rows.map(({ path, type, preset }) => [code(path), type, preset]),
    ),
  ];
}

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
