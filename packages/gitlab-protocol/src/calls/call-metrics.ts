import type { Metrics } from '@millrace/core';
import type { HttpRequest } from '../transport/transport.ts';
import { noAnswer } from './reply.ts';

/** Calls that GitLab Runner counts by name. */
export type Endpoint = 'patch_trace' | 'request_job' | 'reset_token' | 'update_job';

/** Counts one call. */
export interface CallMetrics {
  /** @param milliseconds - of the last try */
  readonly ended: (status: number, milliseconds: number) => void;
  readonly tries: (count: number) => void;
}

/** GitLab Runner's names and labels; labels of the runner are added by whoever exports. */
export function callMetrics(
  metrics: Metrics | undefined,
  endpoint: Endpoint | undefined,
  request: HttpRequest,
): CallMetrics {
  const method = request.method.toLowerCase();
  return {
    ended: (status, milliseconds) => {
      if (endpoint === undefined) return;
      const labels = { endpoint, method };
      const statusClass = status === noAnswer ? 'unknown' : `${Math.floor(status / 100)}xx`;
      metrics?.count('gitlab_runner_api_request_statuses_total', {
        ...labels,
        status: String(status),
      });
      metrics?.observe('gitlab_runner_api_request_duration_seconds', milliseconds / 1000, {
        ...labels,
        status_class: statusClass,
      });
    },
    tries: (count) => {
      const path = request.url.pathname.replaceAll(/\/\d+(?=\/|$)/g, '/{id}');
      metrics?.count(
        'gitlab_runner_api_request_retries_total',
        { path, method: request.method },
        count,
      );
    },
  };
}
