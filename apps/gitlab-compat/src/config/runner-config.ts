import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { lookupKey, parseToml, suggestionHint, type TomlDocument } from '@millrace/config';
import { RunnerError, type JsonObject, type JsonValue } from '@millrace/core';
import type { PeerTable, PluginReference } from '@millrace/engine';
import { object } from './read-json.ts';

/** Members of `[[runners]]` that this program reads itself. */
const appKeys = [
  'name',
  'url',
  'id',
  'token',
  'token_obtained_at',
  'token_expires_at',
  'executor',
  'millrace',
  'limit',
  'request_concurrency',
  'strict_check_interval',
  'output_limit',
  'tls-ca-file',
  'tls-cert-file',
  'tls-key-file',
  'cache',
  'clone_url',
  'unhealthy_requests_limit',
  'unhealthy_interval',
  'job_status_final_update_retry_limit',
  'custom_build_dir',
];
/** One runner of a `config.toml`. */
export interface RunnerConfig {
  readonly file: string;
  readonly folder: string;
  readonly name: string;
  readonly token: string;
  readonly url: string;
  readonly table: PeerTable;
  readonly plugins: readonly PluginReference[];
}

/**
 * Reads one runner of a configuration file.
 * @param name - which runner; the first when undefined
 * @throws RunnerError when the file cannot be read or parsed, or has no such runner
 */
export async function readRunnerConfig(
  file: string,
  name: string | undefined,
  { signal }: { readonly signal: AbortSignal },
): Promise<RunnerConfig> {
  return runnerConfig(await readText(file, signal), file, name);
}

/** Reads one runner from the text of a configuration. */
export function runnerConfig(text: string, file: string, name: string | undefined): RunnerConfig {
  const document = parseToml(text, file);
  const runners = tables(document.value['runners']);
  const index =
    name === undefined ? 0 : runners.findIndex((runner) => textOf(runner['name']) === name);
  if (runners[index] === undefined) throw noRunner(file, name, runners);
  return runnerOf(document, file, index);
}

/** One runner of a parsed configuration. */
export function runnerOf(document: TomlDocument, file: string, index: number): RunnerConfig {
  const runner = tables(document.value['runners'])[index] ?? {};
  const millraceKey = lookupKey(runner, 'millrace');
  const own = object(millraceKey === undefined ? undefined : runner[millraceKey]);
  const runnerPath = ['runners', index];
  return {
    file,
    folder: dirname(resolve(file)),
    name: textOf(runner['name']) ?? 'millrace',
    token: textOf(runner['token']) ?? '',
    url: textOf(runner['url']) ?? '',
    table: {
      runner,
      runnerPath,
      podsKey: 'kubernetes',
      appKeys,
      own,
      ownPath: [...runnerPath, millraceKey ?? 'millrace'],
      positionOf: document.positionOf,
    },
    plugins: [
      ...references(object(document.value['millrace']), ['millrace'], document),
      ...references(own, [...runnerPath, 'millrace'], document),
    ],
  };
}

/** @throws RunnerError `MILLRACE_E_CONFIG_UNREADABLE` */
export async function readText(file: string, signal: AbortSignal): Promise<string> {
  try {
    return await readFile(file, { encoding: 'utf8', signal });
  } catch (cause) {
    throw new RunnerError(
      `the configuration ${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        code: 'MILLRACE_E_CONFIG_UNREADABLE',
        kind: 'config',
        hint: 'give an existing file with --config',
        cause,
      },
    );
  }
}

/** `plugins = ["acme-plugin", "./local.mjs", ["acme-plugin", { … }]]`. */
function references(
  table: JsonObject,
  path: readonly (string | number)[],
  document: TomlDocument,
): readonly PluginReference[] {
  const list = table['plugins'];
  if (list === undefined) return [];
  if (!Array.isArray(list)) throw wrongPlugins(path, document);
  return (list as readonly JsonValue[]).map((entry, index) => {
    const place = [...path, 'plugins', index];
    if (typeof entry === 'string') return { name: entry, path: place };
    const [name, options] = Array.isArray(entry) ? (entry as readonly JsonValue[]) : [];
    if (typeof name !== 'string') throw wrongPlugins(place, document);
    return { name, path: place, ...(options === undefined ? {} : { options }) };
  });
}

function wrongPlugins(path: readonly (string | number)[], document: TomlDocument): RunnerError {
  const position = document.positionOf([...path, 'plugins']) ?? document.positionOf(path);
  return new RunnerError(
    `${path.join('.')}: plugins must be a list of names, paths, or [name, options] pairs`,
    { code: 'MILLRACE_E_CONFIG', kind: 'config', ...(position === undefined ? {} : { position }) },
  );
}

/** The file has no such runner. */
export function noRunner(
  file: string,
  name: string | undefined,
  runners: readonly JsonObject[],
): RunnerError {
  const names = runners.flatMap((runner) => textOf(runner['name']) ?? []);
  if (name === undefined)
    return new RunnerError(`${file} has no [[runners]] entry`, {
      code: 'MILLRACE_E_CONFIG',
      kind: 'config',
      hint: 'add one',
    });
  const { hint = `it has: ${names.join(', ') || 'none'}` } = suggestionHint(name, names);
  return new RunnerError(`${file} has no runner named "${name}"`, {
    code: 'MILLRACE_E_CONFIG',
    kind: 'config',
    hint,
  });
}

/** The tables of an array of tables; none where it is something else. */
export const tables = (value: JsonValue | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? (value as readonly JsonObject[]) : [];
/** A text; undefined where it is something else. */
export const textOf = (value: JsonValue | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;
