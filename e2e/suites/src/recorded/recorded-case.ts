import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JsonObject, KubeObject } from '@millrace/core';

const folder = fileURLToPath(new URL('../../recorded/fixtures/gitlab', import.meta.url));

/** What the reference did with one job. */
export interface RecordedCase {
  /** Folder name, `001-minimal-a`. */
  readonly name: string;
  readonly folder: string;
  readonly family: string;
  /** What the case is about, in a few words. */
  readonly about: string;
  /** In creation order; `_refused` is the code of a refused creation. */
  readonly objects: readonly KubeObject[];
  readonly result: RecordedResult;
  /** Job log with ANSI codes, without times. */
  readonly trace: string;
  /** How the recording API server deviated. */
  readonly cluster: JsonObject;
}

/** How the recorded job ended. */
export interface RecordedResult {
  readonly failure_reason?: string | null;
  /** Last line of the job log. */
  readonly message?: string | null;
  readonly pod_created?: boolean;
}

type Index = Readonly<Record<string, Pick<RecordedCase, 'family' | 'about'>>>;

/** Every recorded case, in the order of their numbers. */
export function recordedCases(): readonly RecordedCase[] {
  const index = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as Index;
  return Object.entries(index).map(([name, entry]) => ({ name, ...entry, ...read(name) }));
}

function read(name: string): Omit<RecordedCase, 'name' | 'family' | 'about'> {
  const own = join(folder, name);
  const text = (file: string): string => readFileSync(join(own, file), 'utf8');
  const { objects } = JSON.parse(text('objects.json')) as Pick<RecordedCase, 'objects'>;
  return {
    folder: own,
    objects,
    result: JSON.parse(text('result.json')) as RecordedResult,
    trace: text('trace.txt'),
    cluster: readdirSync(own).includes('cluster.json')
      ? (JSON.parse(text('cluster.json')) as JsonObject)
      : {},
  };
}
