import type { ListPolicy, Statement } from './contributions.ts';
import type { JsonObject, JsonValue } from './json.ts';
import type { OptionRow, OverwriteRow, SettingRow, UnsupportedRow } from './settings.ts';

/** How a peer words something, and where it stands among its other lines; lower ranks come first. */
export interface Wording {
  readonly rank: number;
  /** Default: the statement's own text. */
  readonly text?: (values: JsonObject) => string;
  /** Default: the statement's own kind; `silent` drops it. */
  readonly kind?: Statement['kind'] | 'silent';
}

/** What one peer calls one plugin's things. Data, so that docs and flags can be made from it. */
export interface Binding {
  readonly $$type: '@millrace/binding';
  /** `gitlab`, `woodpecker`, … */
  readonly peer: string;
  /** Name of the plugin. */
  readonly plugin: string;
  readonly rows: readonly SettingRow[];
  readonly unsupported?: readonly UnsupportedRow[];
  readonly overwrites?: readonly OverwriteRow[];
  /** What each unit of a job may set for itself. */
  readonly options?: readonly OptionRow[];
  /** Settings that come with this peer, such as the roles a rule applies to; keys and job variables win over them. */
  readonly constants?: Readonly<Record<string, JsonValue>>;
  readonly wording?: Readonly<Record<string, Wording>>;
  /** Lists that this peer does not merge as Kubernetes does, by JSON pointer; `/spec/containers/*` for any container. */
  readonly lists?: Readonly<Record<string, ListPolicy>>;
}

/** Checks and completes a binding. */
export function defineBinding(binding: Omit<Binding, '$$type'>): Binding {
  return { $$type: '@millrace/binding', ...binding };
}

/** A value of a peer's key has no meaning; the engine adds key, file and line. */
export class SettingError extends Error {
  readonly $$type = '@millrace/setting-error';
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.name = 'SettingError';
    this.hint = hint;
  }
}
