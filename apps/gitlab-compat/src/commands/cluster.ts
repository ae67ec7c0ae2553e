import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { startEmbeddedCluster } from '@millrace/embedded-cluster';
import type { CommandContext } from './explain.ts';

/** Options of `cluster`, as parsed. */
export interface ClusterOptions {
  readonly port: number;
  readonly kubeconfig: string;
  readonly namespaces: 'auto' | 'off';
  readonly images?: string;
}

/** Runs an embedded cluster until it is interrupted, with a kubeconfig for `kubectl`. */
export async function cluster(
  options: ClusterOptions,
  { stdout, stderr, logger, signal }: CommandContext,
): Promise<number> {
  const running = await startEmbeddedCluster({
    port: options.port,
    namespaces: options.namespaces,
    logger,
    signal,
    ...(options.images === undefined ? {} : { imagesDirectory: options.images }),
  });
  const file = resolve(options.kubeconfig);
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, running.kubeconfig, { mode: 0o600 });
    await chmod(file, 0o600);
    stderr.write(`${running.description}\n`);
    for (const limit of running.limits) stderr.write(`note: ${limit}\n`);
    stdout.write(`KUBECONFIG=${file}\n`);
    stderr.write(`try: kubectl --kubeconfig ${file} get pods --all-namespaces\nCtrl-C ends it.\n`);
    await new Promise<void>((ended) => {
      if (signal.aborted) ended();
      signal.addEventListener('abort', () => ended(), { once: true });
    });
    return 0;
  } finally {
    await running.close();
    await rm(file, { force: true });
  }
}
