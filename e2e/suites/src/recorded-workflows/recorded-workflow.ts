import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JsonObject, KubeObject } from '@millrace/core';

const fixtures = fileURLToPath(new URL('../../recorded/fixtures/woodpecker', import.meta.url));

/** What the reference did with one workflow. */
export interface RecordedWorkflow {
  /** Folder name, `001-minimal-no-clone`. */
  readonly name: string;
  readonly folder: string;
  readonly families: readonly string[];
  /** The agent's environment besides what every agent has. */
  readonly environment: Readonly<Record<string, string>>;
  /** What the backend alone created, step by step. */
  readonly direct: readonly KubeObject[];
  /** What the agent created end to end; absent where it was not run. */
  readonly agent: readonly KubeObject[] | undefined;
  readonly result: RecordedEnd;
  /** Whether the API server deviated. */
  readonly scripted: boolean;
}

/** How the backend alone ended. */
export interface RecordedEnd {
  readonly flag_error?: string | null;
  readonly load_error?: string | null;
  readonly setup_error?: string | null;
}

/** Every recorded workflow, in the order of their numbers. */
export const recordedWorkflows = (): readonly RecordedWorkflow[] =>
  readdirSync(fixtures).toSorted().map(read);

function read(name: string): RecordedWorkflow {
  const folder = join(fixtures, name);
  const json = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const objects = (file: string): readonly KubeObject[] =>
    (json(file) as readonly JsonObject[]).map((entry) => (entry['object'] ?? entry) as KubeObject);
  const hasAgent = existsSync(join(folder, 'agent/objects.json'));
  return {
    name,
    folder,
    families: (json('case.json') as Pick<RecordedWorkflow, 'families'>).families,
    environment: json('env.json') as RecordedWorkflow['environment'],
    direct: objects('objects.json'),
    agent: hasAgent ? objects('agent/objects.json') : undefined,
    result: json('result.json') as RecordedEnd,
    scripted: existsSync(join(folder, 'api.json')),
  };
}
