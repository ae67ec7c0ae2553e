import type { JsonObject } from '@millrace/core';
import { suggestionHint } from '@millrace/config';
import type { Findings } from './findings.ts';
import { toJson } from './go-text.ts';
import type { BackendStep, StepFailure } from './payload.ts';
import { getEntry, type PipelineMap, type PipelineNode } from './pipeline-node.ts';
import {
  readChoice,
  readFlag,
  readKey,
  readMap,
  readText,
  readTextOrTexts,
  readTexts,
} from './read-values.ts';
import { readDependencies, type Dependency } from './dependencies.ts';
import { readExtraHosts, readPorts } from './network-values.ts';
import { readWhen, type When } from './when.ts';

/** Which part of the file a container stands in. */
export type ContainerSection = 'clone' | 'services' | 'steps';

/** A step, service or clone step as written. */
export interface Container {
  readonly node: PipelineMap;
  readonly name: string;
  readonly image: string;
  readonly commands: readonly string[];
  readonly entrypoint: readonly string[];
  readonly environment?: PipelineMap;
  readonly settings?: PipelineMap;
  readonly directory: string;
  readonly pull: boolean;
  readonly privileged: boolean;
  readonly detach: boolean;
  readonly failure: StepFailure;
  readonly when: When;
  /** Absent: the step says nothing; an empty list already makes all steps run side by side. */
  readonly dependsOn?: readonly Dependency[];
  readonly volumes: readonly string[];
  readonly tmpfs: readonly string[];
  readonly devices: readonly string[];
  readonly dns: readonly string[];
  readonly dnsSearch: readonly string[];
  readonly extraHosts: NonNullable<BackendStep['extra_hosts']>;
  readonly ports: NonNullable<BackendStep['ports']>;
  readonly networkMode: string;
  readonly backendOptions?: JsonObject;
}

/** A container without commands, entrypoint and environment runs what its image does, and gets settings. */
export const isPlugin = ({ commands, entrypoint, environment }: Container): boolean =>
  commands.length === 0 && entrypoint.length === 0 && (environment?.entries.size ?? 0) === 0;

const containerKeys: readonly string[] = [
  'backend_options',
  'commands',
  'depends_on',
  'detach',
  'devices',
  'directory',
  'dns',
  'dns_search',
  'entrypoint',
  'environment',
  'extra_hosts',
  'failure',
  'image',
  'name',
  'network_mode',
  'ports',
  'privileged',
  'pull',
  'settings',
  'tmpfs',
  'volumes',
  'when',
];

/** Keys that travel to the agent, where only the Docker backend follows them. */
const dockerKeys: readonly string[] = ['devices', 'network_mode', 'tmpfs'];

/** Reads a list of containers, or a mapping of them by name. */
export function readContainers(
  root: PipelineMap,
  section: ContainerSection,
  findings: Findings,
): readonly Container[] {
  const node = getEntry(root, section);
  if (node === undefined) return [];
  if (node.kind === 'scalar') {
    findings.error(node, `expected a list of ${section}`, 'write - name: and image: for each');
    return [];
  }
  const items: readonly (readonly [string, PipelineNode])[] =
    node.kind === 'map'
      ? [...node.entries]
      : node.items.map((item, index) => [`step-${index}`, item] as const);
  return items.flatMap(([name, item]) => {
    const map = readMap(item, findings);
    return map === undefined ? [] : [readContainer(map, name, section, findings)];
  });
}

function readContainer(
  node: PipelineMap,
  givenName: string,
  section: ContainerSection,
  findings: Findings,
): Container {
  checkKeys(node, section, findings);
  const text = (key: string): string => readKey(node, key, readText, findings) ?? '';
  const flag = (key: string): boolean => readKey(node, key, readFlag, findings) ?? false;
  const texts = (key: string): readonly string[] => readKey(node, key, readTexts, findings) ?? [];
  const textOrTexts = (key: string): readonly string[] =>
    readKey(node, key, readTextOrTexts, findings) ?? [];
  const environment = readKey(node, 'environment', readEnvironment, findings);
  const settings = readKey(node, 'settings', readMap, findings);
  const dependsOn = readKey(node, 'depends_on', readDependencies, findings);
  const backendOptions = readKey(node, 'backend_options', readMap, findings);
  const image = text('image');
  if (image === '')
    findings.error(node, 'this step has no image', 'add image: with the container image to run');
  const container: Container = {
    node,
    name: text('name') || givenName,
    image,
    commands: textOrTexts('commands'),
    entrypoint: textOrTexts('entrypoint'),
    directory: text('directory'),
    pull: flag('pull'),
    privileged: flag('privileged'),
    detach: flag('detach'),
    failure: readKey(node, 'failure', readFailure, findings) ?? 'fail',
    when: readKey(node, 'when', readWhen, findings) ?? [],
    volumes: texts('volumes'),
    tmpfs: texts('tmpfs'),
    devices: texts('devices'),
    dns: textOrTexts('dns'),
    dnsSearch: textOrTexts('dns_search'),
    extraHosts: readKey(node, 'extra_hosts', readExtraHosts, findings) ?? [],
    ports: readKey(node, 'ports', readPorts, findings) ?? [],
    networkMode: text('network_mode'),
    ...(environment === undefined ? {} : { environment }),
    ...(settings === undefined ? {} : { settings }),
    ...(dependsOn === undefined ? {} : { dependsOn }),
    ...(backendOptions === undefined
      ? {}
      : { backendOptions: toJson(backendOptions) as JsonObject }),
  };
  checkSettings(container, findings);
  return container;
}

const readFailure = (node: PipelineNode, findings: Findings): StepFailure | undefined =>
  readChoice<StepFailure>(node, ['fail', 'ignore', 'cancel'], findings);

/** The list form of older versions would leave the step without its variables. */
function readEnvironment(node: PipelineNode, findings: Findings): PipelineMap | undefined {
  if (node.kind === 'list') {
    findings.error(
      node,
      'environment is a mapping, no list',
      'write NAME: value instead of - NAME=value',
    );
    return undefined;
  }
  return readMap(node, findings);
}

function checkKeys(node: PipelineMap, section: ContainerSection, findings: Findings): void {
  for (const [key, entry] of node.entries) {
    if (key === 'secrets')
      findings.error(
        entry,
        'the key secrets of steps is gone since Woodpecker 3: the step would run without them',
        'write NAME: with from_secret: name below it, under environment or settings',
      );
    else if (key === 'group')
      findings.warning(entry, 'group has no effect since Woodpecker 3', 'use depends_on');
    else if (dockerKeys.includes(key))
      findings.warning(entry, 'has no effect on Kubernetes', 'remove it, or use backend_options');
    else if (key === 'depends_on' && section !== 'steps')
      findings.warning(entry, `has no effect in ${section}`, 'remove it');
    else if (!containerKeys.includes(key))
      findings.warning(
        entry,
        'unknown key, it has no effect',
        suggestionHint(key, containerKeys).hint ??
          'settings of a plugin stand below settings:, everything else is to be removed',
      );
  }
}

/** What the server's own check says about `settings`. */
function checkSettings(container: Container, findings: Findings): void {
  const { settings, commands, entrypoint, environment } = container;
  if (settings === undefined || settings.entries.size === 0) return;
  const hint = 'a step has commands, or it is a plugin with settings';
  if (commands.length > 0) findings.error(settings, 'not together with commands', hint);
  else if (entrypoint.length > 0) findings.error(settings, 'not together with entrypoint', hint);
  else if ((environment?.entries.size ?? 0) > 0)
    findings.warning(
      settings,
      'together with environment the step counts as no plugin',
      'give a plugin its values as settings alone',
    );
}
