import { readFile } from 'node:fs/promises';
import {
  RunnerError,
  type AccessQuestion,
  type ClusterFacts,
  type JsonObject,
  type JsonValue,
} from '@millrace/core';
import { object } from './read-json.ts';

const defaultVersion = { major: '1', minor: '34', gitVersion: 'v1.34.0' };

/** Facts about a server, and objects that are known to be missing there, as `plural/name`. */
export interface GivenFacts extends ClusterFacts {
  readonly missing: readonly string[];
}

/**
 * Facts about a server from a file: `{"version": {"major", "minor", "gitVersion"}, "denyReviews": true | ["verb resource"],
 * "missing": ["serviceaccounts/ci"]}`.
 * Without a file: version 1.34 and all rights.
 */
export async function readClusterFacts(
  file: string | undefined,
  { signal }: { readonly signal: AbortSignal },
): Promise<GivenFacts> {
  if (file === undefined) return { version: defaultVersion, allows: () => true, missing: [] };
  const facts = await read(file, signal);
  const version = object(facts['version']);
  const denied = facts['denyReviews'];
  const allows = ({ verb, resource }: AccessQuestion): boolean => {
    if (denied === true) return false;
    return !(
      Array.isArray(denied) &&
      (denied as readonly JsonValue[]).some(
        (entry) => entry === verb || entry === `${verb} ${resource}`,
      )
    );
  };
  return {
    version: {
      major: text(version['major'], defaultVersion.major),
      minor: text(version['minor'], defaultVersion.minor),
      gitVersion: text(version['gitVersion'], defaultVersion.gitVersion),
    },
    allows,
    missing: texts(facts['missing']),
  };
}

async function read(file: string, signal: AbortSignal): Promise<JsonObject> {
  try {
    return object(JSON.parse(await readFile(file, { encoding: 'utf8', signal })) as JsonValue);
  } catch (cause) {
    throw new RunnerError(
      `the cluster facts ${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        code: 'MILLRACE_E_CLUSTER_FACTS',
        kind: 'config',
        hint: '--cluster-facts takes a JSON file',
        cause,
      },
    );
  }
}

const text = (value: JsonValue | undefined, otherwise: string): string =>
  typeof value === 'string' ? value : otherwise;

const texts = (value: JsonValue | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
