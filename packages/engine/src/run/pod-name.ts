import type { PlannedUnit } from '@millrace/core';

/** Names of later attempts differ, because a name is free only when its pod is gone; 63 characters are a label's limit. */
export const podNameOf = ({ unit }: PlannedUnit, attempt: number): string =>
  attempt === 1 ? unit.podName : `${unit.podName.slice(0, 60).replace(/[-.]+$/, '')}-${attempt}`;
