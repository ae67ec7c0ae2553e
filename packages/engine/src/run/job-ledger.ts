import type { JobRecord, JobStore, RecordedObject, RecordedUnit } from '@millrace/core';

/**
 * The record of one running job: every change is written before what it announces is done, one write after another.
 */
export class JobLedger {
  readonly #store: JobStore;
  #record: JobRecord;
  #revision: number;
  #writing: Promise<void> = Promise.resolve();

  private constructor(store: JobStore, record: JobRecord, revision: number) {
    this.#store = store;
    this.#record = record;
    this.#revision = revision;
  }

  /** Writes the first record of a job. */
  static async open(
    store: JobStore,
    record: JobRecord,
    options: { readonly signal: AbortSignal },
  ): Promise<JobLedger> {
    return new JobLedger(store, record, await store.write(record, 0, options));
  }

  get record(): JobRecord {
    return this.#record;
  }

  /** Changes the record and waits until it is on disk. */
  update(
    change: (record: JobRecord) => JobRecord,
    options: { readonly signal: AbortSignal },
  ): Promise<void> {
    const write = async (): Promise<void> => {
      const next = change(this.#record);
      this.#revision = await this.#store.write(next, this.#revision, options);
      this.#record = next;
    };
    const result = this.#writing.then(write);
    this.#writing = result.catch(() => undefined);
    return result;
  }

  addObject(object: RecordedObject, options: { readonly signal: AbortSignal }): Promise<void> {
    return this.update((record) => ({ ...record, objects: [...record.objects, object] }), options);
  }

  dropObject(object: RecordedObject, options: { readonly signal: AbortSignal }): Promise<void> {
    return this.update(
      (record) => ({
        ...record,
        objects: record.objects.filter((entry) => !sameObject(entry, object)),
      }),
      options,
    );
  }

  updateUnit(
    id: string,
    change: (unit: RecordedUnit) => RecordedUnit,
    options: { readonly signal: AbortSignal },
  ): Promise<void> {
    return this.update(
      (record) => ({
        ...record,
        units: record.units.map((unit) => (unit.id === id ? change(unit) : unit)),
      }),
      options,
    );
  }
}

const sameObject = (a: RecordedObject, b: RecordedObject): boolean =>
  a.plural === b.plural && a.group === b.group && a.namespace === b.namespace && a.name === b.name;
