import type { JobRecord, JobStore, Logger, RecordedObject, RecordedUnit } from '@millrace/core';
import { unending } from './unending.ts';

/**
 * The record of one running job, one write after another. What must be on disk before the next step is `recorded`
 * and may fail; what only saves work after a crash is `noted`: a full disk does not turn a green job red.
 */
export class JobLedger {
  readonly #store: JobStore;
  readonly #logger: Logger;
  #record: JobRecord;
  #revision: number;
  #writing: Promise<void> = Promise.resolve();
  #warned = false;

  private constructor(store: JobStore, logger: Logger, record: JobRecord, revision: number) {
    this.#store = store;
    this.#logger = logger;
    this.#record = record;
    this.#revision = revision;
  }

  /** Writes the first record of a job. */
  static async open(
    store: JobStore,
    logger: Logger,
    record: JobRecord,
    options: { readonly signal: AbortSignal },
  ): Promise<JobLedger> {
    return new JobLedger(store, logger, record, await store.write(record, 0, options));
  }

  get record(): JobRecord {
    return this.#record;
  }

  /** Before an object's create call. */
  addObject(object: RecordedObject, options: { readonly signal: AbortSignal }): Promise<void> {
    return this.#update(
      (record) => ({ ...record, objects: [...record.objects, object] }),
      'or nothing',
      options,
    );
  }

  /** Before the first stage with user code starts. */
  userCodeStarts(unit: string, options: { readonly signal: AbortSignal }): Promise<void> {
    return this.#update(
      (record) => withUnit(record, unit, (state) => ({ ...state, userCodeStarted: true })),
      'or nothing',
      options,
    );
  }

  /** Before a unit's pod is made again. */
  newAttempt(
    unit: string,
    { attempt, podName }: Pick<RecordedUnit, 'attempt' | 'podName'>,
    options: { readonly signal: AbortSignal },
  ): Promise<void> {
    return this.#update(
      (record) => withUnit(record, unit, (state) => ({ ...state, attempt, podName })),
      'or nothing',
      options,
    );
  }

  /** The server has the object. Kept in memory; the next write takes it along. */
  confirmObject(object: RecordedObject, uid: string): void {
    const objects = this.#record.objects.map((entry) =>
      sameObject(entry, object) ? { ...entry, uid } : entry,
    );
    this.#record = { ...this.#record, objects };
  }

  /** The object is gone, or never was. */
  dropObject(object: RecordedObject): Promise<void> {
    return this.note((record) => ({
      ...record,
      objects: record.objects.filter((entry) => !sameObject(entry, object)),
    }));
  }

  noteUnit(id: string, change: (unit: RecordedUnit) => RecordedUnit): Promise<void> {
    return this.note((record) => withUnit(record, id, change));
  }

  /** Changes the record; a failed write is told once and made up for by the next one. */
  async note(change: (record: JobRecord) => JobRecord): Promise<void> {
    try {
      await this.#update(change, 'in memory at least', { signal: unending() });
    } catch (failure) {
      if (!this.#warned)
        this.#logger.warn('the job’s record could not be written; the job goes on', {
          error: failure instanceof Error ? failure.message : String(failure),
        });
      this.#warned = true;
    }
  }

  #update(
    change: (record: JobRecord) => JobRecord,
    otherwise: 'or nothing' | 'in memory at least',
    options: { readonly signal: AbortSignal },
  ): Promise<void> {
    const write = async (): Promise<void> => {
      const next = change(this.#record);
      if (otherwise === 'in memory at least') this.#record = next;
      this.#revision = await this.#store.write(next, this.#revision, options);
      // An object may have been confirmed meanwhile: the change is applied to what is there now.
      if (otherwise === 'or nothing') this.#record = change(this.#record);
    };
    const result = this.#writing.then(write);
    this.#writing = result.catch(() => undefined);
    return result;
  }
}

/** Whether two entries name the same object. */
export const sameObject = (a: RecordedObject, b: RecordedObject): boolean =>
  a.plural === b.plural && a.group === b.group && a.namespace === b.namespace && a.name === b.name;

const withUnit = (
  record: JobRecord,
  id: string,
  change: (unit: RecordedUnit) => RecordedUnit,
): JobRecord => ({
  ...record,
  units: record.units.map((unit) => (unit.id === id ? change(unit) : unit)),
});
