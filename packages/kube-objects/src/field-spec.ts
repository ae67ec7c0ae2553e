/**
 * What a field of a Kubernetes object holds. `of` is the type of a list's elements or a map's values, or the name of an
 * object type.
 */
export interface FieldSpec {
  readonly type: FieldType;
  readonly of?: string;
  /** Strategic merge: true for lists that are merged by `key` (as sets without one), false for objects replaced whole. */
  readonly merge?: boolean;
  readonly key?: string;
  /** The API has no object without it. */
  readonly required?: boolean;
}

/** JSON type of a field. `any` is not described further; `time` is an RFC 3339 text. */
export type FieldType =
  | 'string'
  | 'int32'
  | 'int64'
  | 'number'
  | 'boolean'
  | 'quantity'
  | 'intOrString'
  | 'time'
  | 'any'
  | 'map'
  | 'list'
  | 'object';
