import type { Metrics } from '@millrace/core';

/** Nobody asks this process for metrics. */
export const noMetrics: Metrics = { count: () => undefined, observe: () => undefined };
