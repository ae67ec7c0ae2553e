import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { JsonObject } from '@millrace/core';
import type { Explanation } from '@millrace/pod-draft';
import { explain } from './commands/explain.ts';
import { stderrLogger } from './terminal/stderr-logger.ts';

/** What `explain --format json` said. */
export interface Explained extends Explanation {
  readonly exitCode: number;
  /** What it told beside it, on standard error. */
  readonly told: string;
}

/** Environment variables by their name behind `WOODPECKER_BACKEND_K8S_`. */
export type Backend = Readonly<Record<string, string>>;

/** Explains a workflow of these steps. */
export async function explainSteps(
  steps: readonly JsonObject[],
  backend: Backend = {},
  more: Readonly<Record<string, string>> = {},
): Promise<Explained> {
  const pipeline = steps.map((step, index) => ({
    steps: [
      {
        name: `step-${index + 1}`,
        uuid: `01M7YBADJBS5KM2AZ98VAS6J0${index + 1}`,
        type: 'commands',
        image: 'busybox',
        commands: ['true'],
        working_dir: '/woodpecker/src/x',
        workspace_base: '/woodpecker',
        volumes: ['wp_x_0_default:/woodpecker'],
        on_success: true,
        ...step,
      },
    ],
  }));
  return await explainConfig({ volume: 'wp_x_0_default', pipeline }, backend, more);
}

/** Explains a workflow as the server would send it. */
export async function explainConfig(
  config: JsonObject,
  backend: Backend = {},
  more: Readonly<Record<string, string>> = {},
): Promise<Explained> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-explain-'));
  try {
    await writeFile(join(folder, 'config.json'), JSON.stringify(config));
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const [printed, told] = [text(stdout), text(stderr)];
    const exitCode = await explain(
      {
        workflow: join(folder, 'config.json'),
        platform: 'linux/amd64',
        seed: '1',
        now: '2026-01-31T12:00:00Z',
        showSecrets: true,
        format: 'json',
      },
      {
        stdout,
        stderr,
        color: false,
        logger: stderrLogger(stderr),
        signal: new AbortController().signal,
        abort: new AbortController().signal,
        environment: {
          ...Object.fromEntries(
            Object.entries(backend).map(([name, value]) => [
              `WOODPECKER_BACKEND_K8S_${name}`,
              value,
            ]),
          ),
          ...more,
        },
        flags: {},
      },
    );
    stdout.end();
    stderr.end();
    return { ...(JSON.parse(await printed) as Explanation), exitCode, told: await told };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The pods of an explanation, in order. */
export const podsOf = ({ objects }: Pick<Explained, 'objects'>): readonly JsonObject[] =>
  objects.filter(({ kind }) => kind === 'Pod');

/** `spec` of the first pod. */
export function firstSpec(explained: Pick<Explained, 'objects'>): JsonObject {
  const [pod] = podsOf(explained);
  return (pod?.['spec'] ?? {}) as JsonObject;
}

/** A step with options for Kubernetes. */
export const withOptions = (kubernetes: JsonObject, more: JsonObject = {}): JsonObject => ({
  ...more,
  backend_options: { kubernetes },
});
