import type { JsonObject } from '@millrace/core';
import { toJson } from './to-json.ts';
import { describeNode, getEntry, type CiMap, type CiNode } from './ci-node.ts';
import type { Findings } from './findings.ts';
import { readMap, readString, readStringOrStrings, readStrings } from './read-values.ts';
import { readVariables } from './variables.ts';

/** An image or service as a runner receives it; absent settings are absent keys. */
export type CiImage = {
  readonly name: string;
  readonly alias?: string;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly pull_policy?: readonly string[];
  readonly ports?: readonly CiPort[];
  readonly variables?: readonly {
    readonly key: string;
    readonly value: string;
    readonly public: true;
    readonly raw: boolean;
  }[];
  readonly executor_opts?: JsonObject;
};

/** A port of a service or image. */
export type CiPort = {
  readonly number: number;
  readonly protocol: string;
  readonly name: string;
};

const imageKeys = ['name', 'entrypoint', 'pull_policy', 'ports', 'docker', 'kubernetes'];
const serviceKeys = [...imageKeys, 'alias', 'command', 'variables'];
const policies: readonly string[] = ['always', 'if-not-present', 'never'];

/** Reads `image:` or one element of `services:`, a name or a mapping. */
export function readImage(
  node: CiNode,
  kind: 'image' | 'service',
  findings: Findings,
): CiImage | undefined {
  if (node.kind === 'scalar' && typeof node.value === 'string')
    return named(node, node.value, findings);
  if (node.kind !== 'map') {
    findings.error(
      node,
      `expected the name of an image or a mapping, found ${describeNode(node)}`,
      'write image: name:tag, or name: below it',
    );
    return undefined;
  }
  findings.onlyKeys(node, kind === 'image' ? imageKeys : serviceKeys);
  const nameNode = getEntry(node, 'name');
  const name = nameNode === undefined ? '' : readString(nameNode, findings);
  const image = name === undefined ? undefined : named(nameNode ?? node, name, findings);
  const text = (key: string): string | undefined =>
    read(node, key, (entry) => readString(entry, findings));
  const strings = (key: string): readonly string[] | undefined =>
    read(node, key, (entry) => readStrings(entry, findings));
  const settings = {
    alias: text('alias'),
    entrypoint: strings('entrypoint'),
    command: strings('command'),
    pull_policy: read(node, 'pull_policy', (entry) => readPullPolicy(entry, findings)),
    ports: read(node, 'ports', (entry) => readPorts(entry, findings)),
    variables: read(node, 'variables', (entry) =>
      readVariables(entry, 'job', findings).map(({ key, value, raw }) => ({
        key,
        value,
        public: true as const,
        raw,
      })),
    ),
    executor_opts: readExecutorOptions(node, findings),
  };
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return image === undefined
    ? undefined
    : { ...image, ...(Object.fromEntries(given) as Omit<CiImage, 'name'>) };
}

export function readServices(node: CiNode, findings: Findings): readonly CiImage[] {
  if (node.kind !== 'list') {
    findings.error(
      node,
      `expected a list of services, found ${describeNode(node)}`,
      'write each service after a dash',
    );
    return [];
  }
  return node.items.flatMap((item) => readImage(item, 'service', findings) ?? []);
}

function named(node: CiNode, name: string, findings: Findings): CiImage | undefined {
  if (name !== '') return { name };
  findings.error(node, 'this image has no name', 'add name:');
  return undefined;
}

function readPullPolicy(node: CiNode, findings: Findings): readonly string[] | undefined {
  const chosen = readStringOrStrings(node, findings);
  const wrong = chosen?.find((policy) => !policies.includes(policy));
  if (wrong !== undefined)
    findings.error(node, `"${wrong}" is not a pull policy`, `choose from ${policies.join(', ')}`);
  return chosen;
}

/** GitLab: protocol and name default to `http` and `default_port`. */
function readPorts(node: CiNode, findings: Findings): readonly CiPort[] | undefined {
  if (node.kind !== 'list') {
    findings.error(node, `expected a list of ports, found ${describeNode(node)}`);
    return undefined;
  }
  return node.items.flatMap((item) => {
    const number = item.kind === 'map' ? getEntry(item, 'number') : item;
    if (number?.kind !== 'scalar' || typeof number.value !== 'number') {
      findings.error(item, 'expected a port number', 'write 8080, or number: 8080');
      return [];
    }
    const text = (key: string): string | undefined =>
      item.kind === 'map' ? read(item, key, (entry) => readString(entry, findings)) : undefined;
    if (item.kind === 'map') findings.onlyKeys(item, ['number', 'protocol', 'name']);
    return [
      {
        number: number.value,
        protocol: text('protocol') ?? 'http',
        name: text('name') ?? 'default_port',
      },
    ];
  });
}

/** `docker:` and `kubernetes:` travel to the runner as they are; it refuses what it does not know. */
function readExecutorOptions(map: CiMap, findings: Findings): JsonObject | undefined {
  const options = ['docker', 'kubernetes'].flatMap((key) => {
    const value = read(map, key, (entry) => readMap(entry, findings));
    return value === undefined ? [] : [[key, toJson(value)] as const];
  });
  return options.length === 0 ? undefined : Object.fromEntries(options);
}

function read<Value>(
  map: CiMap,
  key: string,
  reader: (node: CiNode) => Value | undefined,
): Value | undefined {
  const node = getEntry(map, key);
  return node === undefined ? undefined : reader(node);
}
