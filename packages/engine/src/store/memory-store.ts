import { RunnerError, type JobStore, type StoredRecord } from '@millrace/core';

/** Records of local jobs, for as long as the process lives: nobody adopts a job that a user started by hand. */
export function memoryStore(): JobStore {
  const records = new Map<string, StoredRecord>();
  return {
    list: () => Promise.resolve({ records: [...records.values()], unreadable: [] }),
    read: (jobId) => Promise.resolve(records.get(jobId)),
    write: (record, revision) => {
      const found = records.get(record.jobId)?.revision ?? 0;
      if (found !== revision)
        return Promise.reject(
          new RunnerError(`the record of job ${record.jobId} was changed by another writer`, {
            code: 'MILLRACE_E_STORE_CONFLICT',
            kind: 'system',
            details: { expected: revision, found },
          }),
        );
      records.set(record.jobId, { record, revision: revision + 1 });
      return Promise.resolve(revision + 1);
    },
    remove: (jobId) => {
      records.delete(jobId);
      return Promise.resolve();
    },
  };
}
