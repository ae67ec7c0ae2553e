import type { JsonValue } from '@millrace/core';
import type { FieldCause } from '../../store/status.ts';

/** Collects the fields at fault of one object, in the words of Kubernetes' `field.Error`. */
export interface FieldErrors {
  /** Whatever the others have no words for. */
  readonly add: (reason: FieldCause['reason'], field: string, message: string) => void;
  readonly required: (field: string, detail?: string) => void;
  readonly invalid: (field: string, value: JsonValue | undefined, detail: string) => void;
  readonly duplicate: (field: string, value: JsonValue) => void;
  readonly missing: (field: string, value: string) => void;
  readonly forbidden: (field: string, detail: string) => void;
  readonly tooLong: (field: string, bytes: number) => void;
  readonly unsupported: (field: string, value: string, supported: readonly string[]) => void;
  readonly causes: readonly FieldCause[];
}

/** Starts an empty collection. */
export function collectFieldErrors(): FieldErrors {
  const causes: FieldCause[] = [];
  const add = (reason: FieldCause['reason'], field: string, message: string): void =>
    void causes.push({ reason, message, field });
  return {
    add,
    required: (field, detail) =>
      add(
        'FieldValueRequired',
        field,
        detail === undefined ? 'Required value' : `Required value: ${detail}`,
      ),
    invalid: (field, value, detail) =>
      add('FieldValueInvalid', field, `Invalid value: ${JSON.stringify(value ?? null)}: ${detail}`),
    duplicate: (field, value) =>
      add('FieldValueDuplicate', field, `Duplicate value: ${JSON.stringify(value)}`),
    missing: (field, value) =>
      add('FieldValueNotFound', field, `Not found: ${JSON.stringify(value)}`),
    forbidden: (field, detail) => add('FieldValueForbidden', field, `Forbidden: ${detail}`),
    tooLong: (field, bytes) =>
      add('FieldValueTooLong', field, `Too long: may not be more than ${bytes} bytes`),
    unsupported: (field, value, supported) =>
      add(
        'FieldValueNotSupported',
        field,
        `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported.map((item) => JSON.stringify(item)).join(', ')}`,
      ),
    causes,
  };
}
