import type { BackendConfig, BackendStep } from '@millrace/woodpecker-pipeline';

/** Moves the workspace of every step below a folder, for clusters where mounts have to lie there. Pure. */
export function belowPrefix(config: BackendConfig, prefix: string): BackendConfig {
  return {
    ...config,
    pipeline: config.pipeline.map(({ steps }) => ({
      steps: steps.map((step) => stepBelow(step, prefix)),
    })),
  };
}

function stepBelow(step: BackendStep, prefix: string): BackendStep {
  const { workspace_base: base, working_dir: directory, environment, volumes } = step;
  const moved = (path: string): string =>
    path === base || path.startsWith(`${base}/`) ? `${prefix}${path}` : path;
  return {
    ...step,
    workspace_base: moved(base),
    working_dir: moved(directory),
    volumes: volumes.map((volume) => {
      const at = volume.indexOf(':');
      return at < 0 ? volume : `${volume.slice(0, at)}:${moved(volume.slice(at + 1))}`;
    }),
    environment: {
      ...environment,
      CI_WORKSPACE: moved(environment['CI_WORKSPACE'] ?? ''),
    },
  };
}
