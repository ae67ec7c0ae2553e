import type { JsonObject, JsonValue } from '@millrace/core';
import { jobLogSettings, type JobLogSettings, type LogConfiguration } from '@millrace/gitlab-job';
import type { JobOffer } from '@millrace/gitlab-protocol';

/** What is kept in a job's record besides its plan: whom to report to, and how its log is written. Plain JSON. */
export interface JobMemory {
  readonly id: number;
  /** Secret. */
  readonly token: string;
  readonly projectId: number;
  readonly slots: JobSlots;
  /** Undefined where the job was not planned. */
  readonly timeoutSeconds?: number;
  readonly log: JobLogSettings;
  /** Values to hide in the log. */
  readonly masks: readonly string[];
}

/** Numbers of a job among those that run: of its runner, and of its project on that runner. */
export interface JobSlots {
  readonly runner: number;
  readonly project: number;
}

/** Reads what {@link JobMemory} a record has; undefined where it is of another program. */
export function readJobMemory(app: Readonly<Record<string, unknown>>): JobMemory | undefined {
  const memory = app['gitlab'] as JobMemory | undefined;
  return typeof memory?.id === 'number' && typeof memory.token === 'string' ? memory : undefined;
}

/** What is known of a job that has no plan: its masks are then those that the server marked, unexpanded. */
export function memoryOfOffer(
  { id, token, payload }: JobOffer,
  slots: JobSlots,
  configuration: LogConfiguration,
): JobMemory {
  return {
    id,
    token,
    projectId: projectOf(payload),
    slots,
    log: jobLogSettings(payload, configuration),
    masks: [token, ...maskedValues(payload)],
  };
}

/** The project of a job; 0 where the payload names none. */
export function projectOf(payload: JsonObject): number {
  const { project_id: id } = object(payload['job_info']);
  return typeof id === 'number' ? id : 0;
}

function maskedValues(payload: JsonObject): readonly string[] {
  const variables = payload['variables'];
  if (!Array.isArray(variables)) return [];
  return (variables as readonly JsonValue[]).map(object).flatMap(({ masked, value }) => {
    const text = masked === true && typeof value === 'string' ? value.trim() : '';
    return text === '' ? [] : [text];
  });
}

const object = (value: JsonValue | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
