import type { Clock } from '@millrace/core';
import type { Store } from '../../contracts.ts';
import type { ServedResource } from '../../store/resource-types.ts';
import type { Managers } from '../ownership/request-management.ts';
import type { Identity } from '../authorization.ts';

/** What admission may look at. */
export interface AdmissionContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly type: ServedResource;
  readonly identity: Identity;
  /** `Strict` refuses unknown fields, `Warn` reports them, `Ignore` drops them silently. */
  readonly fieldValidation: string;
  /** Who manages the object afterwards. */
  readonly managers: Managers;
}
