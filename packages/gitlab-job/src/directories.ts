import { posix } from 'node:path';
import type { Payload } from './payload/payload.ts';
import type { JobDirectories } from './variables/job-variables.ts';

/** What decides where a job works. */
export interface DirectoryParts {
  readonly payload: Payload;
  /** `builds_dir` with its variables replaced. */
  readonly builds: string;
  /** `GIT_CLONE_PATH` with its variables replaced; empty: none. */
  readonly clonePath: string;
  readonly customBuildDirectory: boolean;
  /** Whether other jobs use the same volume: then each slot has a directory of its own. */
  readonly shared: boolean;
  readonly shortToken: string;
  readonly slot: number;
  /** Whether the job wants an empty directory, which must not be another job's. */
  readonly empty: boolean;
}

/** The directories, or why the job's choice of its own is refused. */
export function jobDirectories(
  parts: DirectoryParts,
): JobDirectories & { readonly refusal?: string } {
  const { builds, clonePath } = parts;
  const standard = layout(parts);
  if (clonePath === '') return directories(builds, standard);
  if (!parts.customBuildDirectory)
    return {
      ...directories(builds, standard),
      refusal: 'setting GIT_CLONE_PATH is not allowed, enable `custom_build_dir` feature',
    };
  const chosen = posix.normalize(clonePath).replace(/(?<=.)\/$/, '');
  const relative = posix.relative(builds, chosen);
  if (relative === '..' || relative.startsWith('../'))
    return {
      ...directories(builds, standard),
      refusal: `the GIT_CLONE_PATH="${clonePath}" has to be within "${builds}"`,
    };
  return directories(builds, chosen);
}

function layout({ payload, builds, shared, shortToken, slot, empty }: DirectoryParts): string {
  const slug = projectSlug(payload.git.repoUrl) ?? `project-${payload.project.id}`;
  const project = shared ? posix.join(shortToken, String(slot), slug) : slug;
  return `${posix.join(builds, project)}${empty ? '-empty' : ''}`;
}

const directories = (builds: string, project: string): JobDirectories => ({
  builds,
  project,
  temporary: `${project}.tmp`,
});

/** Path of the project in the server, from the address of its repository; undefined when it has none. */
export function projectSlug(repoUrl: string): string | undefined {
  if (!URL.canParse(repoUrl)) return undefined;
  const { host, pathname } = new URL(repoUrl);
  const slug = posix.normalize(decode(pathname).replace(/\.git$/, ''));
  return host === '' || slug === '/' || slug === '.' || slug.includes('..') ? undefined : slug;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
