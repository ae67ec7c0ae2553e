import {
  isRunnerError,
  type JobRecord,
  type JobStore,
  type Logger,
  type RecordedObject,
  type RecordedUnit,
  type StoredRecord,
} from '@millrace/core';
import { reducedRecord } from './first-record.ts';
import { sameObject } from './object-entry.ts';
import { unending } from './unending.ts';

/**
 * The record of one running job, one write after another. What must be on disk before the next step may fail
 * (`begin`, `userCodeStarts`, `newAttempt`); what only saves work after a crash is noted: a full disk does not turn a
 * green job red. What the next write may take along is only remembered.
 */
export class JobLedger {
  readonly #store: JobStore;
  readonly #logger: Logger;
  /** What another process may have made. */
  #inherited: readonly RecordedObject[];
  /** What this process has asked the server for. */
  #attempted: readonly RecordedObject[] = [];
  #record: JobRecord;
  #revision: number;
  #writing: Promise<void> = Promise.resolve();
  #warned = false;

  private constructor(
    store: JobStore,
    logger: Logger,
    { record, revision }: StoredRecord,
    inherited: readonly RecordedObject[],
  ) {
    this.#store = store;
    this.#logger = logger;
    this.#record = record;
    this.#revision = revision;
    this.#inherited = inherited;
  }

  /**
   * Writes the first record of a job. One that is too large is kept reduced: the job runs, and should this process end,
   * the next one ends it by name instead of going on with it.
   */
  static async open(
    store: JobStore,
    logger: Logger,
    record: JobRecord,
    options: { readonly signal: AbortSignal },
  ): Promise<JobLedger> {
    try {
      const revision = await store.write(record, 0, options);
      return new JobLedger(store, logger, { record, revision }, []);
    } catch (failure) {
      if (!isRunnerError(failure) || failure.code !== 'MILLRACE_E_STORE_SIZE') throw failure;
      logger.warn('the job is too large to be adopted after a restart', { error: failure.message });
      const small = { ...store, write: writeReduced(store) };
      const revision = await small.write(record, 0, options);
      return new JobLedger(small, logger, { record, revision }, []);
    }
  }

  /** Goes on with what another process has written. */
  static resume(store: JobStore, logger: Logger, stored: StoredRecord): JobLedger {
    return new JobLedger(store, logger, stored, stored.record.objects);
  }

  get record(): JobRecord {
    return this.#record;
  }

  unit(id: string): RecordedUnit {
    const found = this.#record.units.find((unit) => unit.id === id);
    if (found === undefined) throw new Error(`the record has no unit ${id}`);
    return found;
  }

  /** Before the create calls of an attempt's objects, all at once. Nothing is written when all are listed. */
  async begin(
    unit: string,
    objects: readonly RecordedObject[],
    options: { readonly signal: AbortSignal },
  ): Promise<void> {
    const change = (record: JobRecord): JobRecord =>
      withUnit(withObjects(record, objects), unit, (state) => ({ ...state, begun: true }));
    const listed = objects.every((object) => this.isListed(object));
    if (listed) this.remember(change);
    else await this.#update(change, 'or nothing', options);
  }

  /** Before an object's create call. */
  async addObject(
    object: RecordedObject,
    options: { readonly signal: AbortSignal },
  ): Promise<void> {
    if (!this.isListed(object))
      await this.#update((record) => withObjects(record, [object]), 'or nothing', options);
    this.#attempted = [...this.#attempted, object];
  }

  /** Before the first stage with user code starts. */
  userCodeStarts(unit: string, options: { readonly signal: AbortSignal }): Promise<void> {
    return this.#update(
      (record) => withUnit(record, unit, (state) => ({ ...state, userCodeStarted: true })),
      'or nothing',
      options,
    );
  }

  /** Before the pod of the attempt before is removed, so that no attempt is counted twice. */
  newAttempt(
    unit: string,
    { attempt, podName }: Pick<RecordedUnit, 'attempt' | 'podName'>,
    options: { readonly signal: AbortSignal },
  ): Promise<void> {
    return this.#update(
      (record) => withUnit(record, unit, (state) => ({ ...state, attempt, podName, stages: [] })),
      'or nothing',
      options,
    );
  }

  /** The server has the object. */
  confirmObject(object: RecordedObject, uid: string): void {
    this.remember((record) => ({
      ...record,
      objects: record.objects.map((entry) =>
        sameObject(entry, object) ? { ...entry, uid } : entry,
      ),
    }));
  }

  /** The object is gone, or never was. A process that reads of it still finds that out again. */
  dropObject(object: RecordedObject): void {
    const others = (entries: readonly RecordedObject[]): readonly RecordedObject[] =>
      entries.filter((entry) => !sameObject(entry, object));
    this.#inherited = others(this.#inherited);
    this.#attempted = others(this.#attempted);
    this.remember((record) => ({ ...record, objects: others(record.objects) }));
  }

  isListed(object: RecordedObject): boolean {
    return this.#record.objects.some((entry) => sameObject(entry, object));
  }

  /** Made, or found, by this process. */
  isConfirmed(object: RecordedObject): boolean {
    const made = this.#attempted.some((entry) => sameObject(entry, object));
    return made && this.uidOf(object) !== undefined;
  }

  /** Another process may have made it. */
  isInherited(object: RecordedObject): boolean {
    return this.#inherited.some((entry) => sameObject(entry, object));
  }

  /** Somebody may have made it, so its absence has to be seen. */
  mayExist(object: RecordedObject): boolean {
    return this.isInherited(object) || this.#attempted.some((entry) => sameObject(entry, object));
  }

  /** Changes the record in memory; the next write takes it along. */
  remember(change: (record: JobRecord) => JobRecord): void {
    this.#record = change(this.#record);
  }

  rememberUnit(id: string, change: (unit: RecordedUnit) => RecordedUnit): void {
    this.remember((record) => withUnit(record, id, change));
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

  uidOf(object: RecordedObject): string | undefined {
    return this.#record.objects.find((entry) => sameObject(entry, object))?.uid;
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
      // Something may have been remembered meanwhile: the change is applied to what is there now.
      if (otherwise === 'or nothing') this.#record = change(this.#record);
    };
    const result = this.#writing.then(write);
    this.#writing = result.catch(() => undefined);
    return result;
  }
}

const writeReduced =
  (store: JobStore): JobStore['write'] =>
  (record, revision, options) =>
    store.write(reducedRecord(record), revision, options);

const withObjects = (record: JobRecord, objects: readonly RecordedObject[]): JobRecord => ({
  ...record,
  objects: [
    ...record.objects,
    ...objects.filter((object) => !record.objects.some((entry) => sameObject(entry, object))),
  ],
});

const withUnit = (
  record: JobRecord,
  id: string,
  change: (unit: RecordedUnit) => RecordedUnit,
): JobRecord => ({
  ...record,
  units: record.units.map((unit) => (unit.id === id ? change(unit) : unit)),
});
