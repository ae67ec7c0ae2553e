import { posix } from 'node:path';
import type { PipelineContext } from './context.ts';
import { isPlugin, type Container } from './container.ts';
import type { Findings } from './findings.ts';
import { isFromRegistry, matchesImage } from './matches-image.ts';
import { statesOf, type WhenFacts } from './matches-when.ts';
import type { BackendStep } from './payload.ts';
import { getEntry } from './pipeline-node.ts';
import { findSecret } from './secrets.ts';
import { settingVariable, toVariables, type SecretLookup } from './settings-environment.ts';

/** Where plugins find the workspace, whatever the file says: their images may have something at other places. */
const pluginBase = '/woodpecker';

/** What all steps of a workflow have in common. */
export interface StepSurroundings {
  readonly context: PipelineContext;
  /** `wp_<id>_0_default`: name of volume and network. */
  readonly shared: string;
  readonly workspace: { readonly base: string; readonly path: string };
  /** For every step. */
  readonly environment: Readonly<Record<string, string>>;
  /** For steps that are no plugins: of the matrix and of the run. */
  readonly ownEnvironment: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly facts: WhenFacts;
  readonly newId: () => string;
}

/** A container as the agent gets it. Rules: the compiler of Woodpecker 3.17, and what it was seen to do. */
export function compileStep(
  container: Container,
  type: BackendStep['type'],
  surroundings: StepSurroundings,
  findings: Findings,
): BackendStep {
  const { context, shared, workspace, labels, facts, newId } = surroundings;
  const plugin = isPlugin(container);
  const base = plugin ? pluginBase : workspace.base;
  const detach = type === 'service' || container.detach;
  const variables = stepVariables(container, type, detach, surroundings, findings);
  const states = statesOf(container.when, facts, findings);
  const login = (context.registries ?? []).find(({ host }) =>
    isFromRegistry(container.image, host),
  );
  const isEscalated = plugin && matchesImage(container.image, context.privilegedPlugins ?? []);
  const ignoresFailure = detach && context.ignoreServiceFailures !== false;
  const optional: Partial<BackendStep> = withoutZeros({
    org_id: context.repository.orgId,
    pull: container.pull,
    detach,
    privileged: container.privileged || isEscalated,
    secret_mapping: variables.fromSecrets,
    entrypoint: container.entrypoint,
    commands: container.commands,
    extra_hosts: container.extraHosts,
    tmpfs: container.tmpfs,
    devices: container.devices,
    dns: container.dns,
    dns_search: container.dnsSearch,
    on_failure: states.onFailure,
    on_success: states.onSuccess,
    network_mode: container.networkMode,
    ports: container.ports,
    backend_options: container.backendOptions,
  });
  return {
    name: container.name,
    uuid: newId(),
    type,
    image: container.image,
    working_dir: posix.isAbsolute(container.directory)
      ? container.directory
      : joined(base, workspace.path, container.directory),
    workspace_base: base,
    environment: variables.environment,
    volumes: [`${shared}:${base}`, ...(context.volumes ?? []), ...container.volumes],
    networks: [
      { name: shared, aliases: [container.name] },
      ...(context.networks ?? []).map((name) => ({ name })),
    ],
    failure: ignoresFailure ? 'ignore' : container.failure,
    auth_config: login === undefined ? {} : { username: login.username, password: login.password },
    workflow_labels: labels,
    ...optional,
  };
}

function stepVariables(
  container: Container,
  type: BackendStep['type'],
  detach: boolean,
  surroundings: StepSurroundings,
  findings: Findings,
): ReturnType<typeof toVariables> {
  const { context, workspace } = surroundings;
  const { name, image, settings, environment } = container;
  const plugin = isPlugin(container);
  const lookup: SecretLookup = (secret, node) =>
    findSecret(secret, node, { name, image, isPlugin: plugin }, context, findings);
  if (detach && settings !== undefined)
    findings.warning(
      getEntry(container.node, 'settings') ?? container.node,
      'has no effect: the server gives settings to no service and no detached step',
      'use environment',
    );
  const fromSettings =
    settings === undefined || detach
      ? undefined
      : toVariables(settings, settingVariable, lookup, findings);
  const fromEnvironment =
    environment === undefined
      ? undefined
      : toVariables(environment, (key) => key, lookup, findings);
  return {
    environment: {
      ...(plugin || type === 'clone' ? {} : surroundings.ownEnvironment),
      ...surroundings.environment,
      CI_WORKSPACE: joined(plugin ? pluginBase : workspace.base, workspace.path),
      ...fromSettings?.environment,
      ...fromEnvironment?.environment,
    },
    fromSecrets: { ...fromSettings?.fromSecrets, ...fromEnvironment?.fromSecrets },
  };
}

/** Joined and cleaned as Go does: no slash at the end. */
export function joined(...parts: readonly string[]): string {
  const path = posix.join(...parts);
  return path.length > 1 ? path.replace(/\/$/u, '') : path;
}

/** Go leaves zero values out of its JSON. */
function withoutZeros(values: Readonly<Record<string, unknown>>): Partial<BackendStep> {
  const kept = Object.entries(values).filter(
    ([, value]) =>
      value !== undefined &&
      value !== false &&
      value !== 0 &&
      value !== '' &&
      !(typeof value === 'object' && value !== null && Object.keys(value).length === 0),
  );
  return Object.fromEntries(kept);
}
