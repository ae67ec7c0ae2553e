import type { JsonObject, JsonValue } from './json.ts';
import type { Source } from './source.ts';

/** A plugin's settings for one job: validated, overwritten and expanded. */
export interface Settings<Value> {
  readonly value: Value;
  /**
   * Who set the value at a path of the settings, `['nodeSelector', 'disk']`; for a default, the plugin itself.
   * The longest known prefix answers.
   */
  readonly source: (path: readonly (string | number)[]) => Source;
}

/** Forms that a peer's value may have. A value of another form is a configuration error that names the key. */
export type SettingForm =
  | 'string'
  | 'boolean'
  | 'integer'
  | 'number'
  | 'string-list'
  | 'integer-list'
  | 'string-or-list'
  | 'string-map'
  | 'table'
  | 'table-list';

/** Members that tables of a peer may have. Others are warned about and dropped; names match as the peer matches them. */
export type MemberShape = Readonly<Record<string, SettingForm | TableShape | ListShape>>;

/** A member that is a table. */
export interface TableShape {
  readonly table: MemberShape;
}

/** A member that is a list of tables. */
export interface ListShape {
  readonly list: MemberShape;
}

/**
 * One key of a peer and the neutral setting it stands for. A key belongs to exactly one plugin; reference docs and
 * `register` flags are made from these rows.
 */
export interface SettingRow {
  /** Dotted key below the peer's table for pods, `affinity.node_affinity`; one that starts with `/` is below the runner's table. */
  readonly key: string;
  /** Dotted path in the plugin's settings. */
  readonly path: string;
  readonly form: SettingForm;
  /** For `table` and `table-list`: what may stand in it. */
  readonly members?: MemberShape;
  /**
   * Neutral value from the peer's, undefined where it says nothing; throw a `SettingError` for what has no meaning.
   * Default: as is.
   */
  readonly convert?: (value: JsonValue) => JsonValue | undefined;
  /** Which variables are replaced in the strings of the neutral value, and under which of its members (all when absent). */
  readonly expand?: { readonly scope: 'payload' | 'job'; readonly members?: readonly string[] };
  readonly secret?: boolean;
  /** Set when the key is going away: what to write instead. Who uses it is warned. */
  readonly deprecated?: string;
  /** Several plugins act on the key; each of them says so. */
  readonly shared?: boolean;
  readonly environment?: string;
  readonly flag?: string;
  readonly since?: string;
  /** What the peer does without the key, in words. */
  readonly default?: string;
  /** One sentence for the reference page. */
  readonly doc: string;
}

/** A key that is known and not supported; it is refused or warned about by name, never ignored. */
export interface UnsupportedRow {
  readonly key: string;
  readonly answer: 'refuse' | 'warn';
  /** What to do instead, one sentence. */
  readonly doc: string;
}

/** The operator's key that allows a job variable, and what else the peer calls it. */
export interface GateKey {
  readonly key: string;
  /** Another plugin reads the key too, in a row that says so. */
  readonly shared?: boolean;
  readonly environment?: string;
  readonly flag?: string;
  readonly since?: string;
}

/** A job variable that may change a setting, and the key that allows it. */
export interface OverwriteRow {
  /** Exact name, or a prefix that ends in `_` when `form` is `entry`. */
  readonly variable: string;
  readonly path: string;
  /** `value` replaces the setting; `entry` adds `key=value` to a map. */
  readonly form: 'value' | 'entry';
  readonly gate:
    /** Pattern (RE2, unanchored) that the value must match; empty: off. */
    | ({ readonly rule: 'pattern' } & GateKey)
    /** Quantity that the value must not exceed; empty: off. */
    | ({ readonly rule: 'maximum' } & GateKey)
    /** Boolean. */
    | ({ readonly rule: 'switch' } & GateKey);
  /** Entry split, for `entry`: at the first of this; what a missing separator means. */
  readonly separator?: { readonly at: '=' | ':'; readonly optional: boolean };
  /** The peer's name for the setting in its messages. */
  readonly label: string;
  /** The value itself is never shown. */
  readonly secret?: boolean;
  readonly rank: number;
  readonly doc: string;
}

/** An overwrite row with what the operator configured for its gate. */
export interface OverwriteOffer {
  readonly plugin: string;
  readonly row: OverwriteRow;
  /** Configured value of the gate's key, undefined when unset. */
  readonly gate: JsonValue | undefined;
  readonly gateSource: Source;
  /** The setting before any job variable. */
  readonly current: JsonValue | undefined;
}

/**
 * What one unit of a job may say about itself in the peer's payload, and the neutral setting it stands for. The plugin
 * that knows the peer reads it from the payload and answers with a {@link SettingChange} of that unit.
 */
export interface OptionRow {
  /** Dotted key below the unit's options; one that starts with `/` is below the unit itself. */
  readonly key: string;
  readonly path: string;
  readonly form: SettingForm;
  readonly members?: MemberShape;
  /**
   * Neutral value from the peer's, undefined where it changes nothing; throw a `SettingError` for what has no meaning.
   * Default: as is.
   */
  readonly convert?: (value: JsonValue, place: OptionPlace) => JsonValue | undefined;
  /** The operator's key that allows it; absent: always allowed. */
  readonly gate?: OptionGate;
  /**
   * How it comes together with the operator's setting: instead of it, or entry by entry, where either the unit's or the
   * operator's entry counts.
   */
  readonly merge: 'replace' | 'unit-wins' | 'operator-wins';
  /** Key of the table, this one or one above it, that counts as a whole: with a part that cannot be read nothing of it does. */
  readonly whole?: string;
  readonly secret?: boolean;
  /** One sentence for the reference page. */
  readonly doc: string;
}

/** What the conversion of an option may look at. */
export interface OptionPlace {
  /** The unit as the peer wrote it. */
  readonly unit: JsonObject;
  /** The unit's options as far as they are known: keys as their rows name them, values in their rows' forms. */
  readonly options: JsonObject;
  /** The option's setting before, as the operator has it. */
  readonly current: JsonValue | undefined;
}

/** A switch of the operator, and what it is without being set. */
export interface OptionGate extends GateKey {
  readonly default: boolean;
}

/** An option row with what the operator configured. */
export interface OptionOffer {
  readonly plugin: string;
  readonly row: OptionRow;
  /** Whether the gate is open. */
  readonly allowed: boolean;
  readonly gateSource: Source;
  /** The setting before. */
  readonly current: JsonValue | undefined;
}

/** A change of one setting for one job, or for one of its units. */
export interface SettingChange {
  readonly kind: 'setting';
  readonly plugin: string;
  /** Id of the unit whose pod alone is changed; absent: the job's. */
  readonly unit?: string;
  /** Path in the plugin's settings. */
  readonly path: readonly (string | number)[];
  readonly value: JsonValue;
  readonly source: Source;
}
