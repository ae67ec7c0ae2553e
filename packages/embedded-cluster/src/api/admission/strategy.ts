import type { KubeObject } from '@millrace/core';
import type { AdmissionContext } from './context.ts';
import type { FieldErrors } from './field-errors.ts';

/** What is particular about one resource. */
export interface ResourceStrategy {
  /** What the API fills in whatever the cluster is; it belongs to whoever sends the object. */
  readonly defaults?: (object: KubeObject) => KubeObject;
  readonly create?: (context: AdmissionContext, object: KubeObject) => KubeObject;
  readonly update?: (
    context: AdmissionContext,
    before: KubeObject,
    after: KubeObject,
  ) => KubeObject;
  /** What becomes of an object whose status is replaced. */
  readonly updateStatus?: (after: KubeObject) => KubeObject;
  readonly validate?: (errors: FieldErrors, object: KubeObject, before?: KubeObject) => void;
  /** What is odd and yet taken. */
  readonly warnings?: (object: KubeObject) => readonly string[];
  /** Checks of the cluster that come last, after validation. */
  readonly admitted?: (context: AdmissionContext, object: KubeObject) => void;
}
