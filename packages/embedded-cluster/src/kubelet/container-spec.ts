import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ContainerMount, ContainerSpec, ResolvedImage } from '../contracts.ts';
import { configError } from './config-error.ts';
import { containerUser } from './container-user.ts';
import { containerVariables } from './container-variables.ts';
import { dnsFile } from './dns-file.ts';
import { expandVariables } from './expand-variables.ts';
import type { PodContext } from './pod-context.ts';
import type { Container } from './pod-types.ts';
import { containerMounts } from './volumes/container-mounts.ts';

/** Files of one life of a container. */
export interface ContainerFiles {
  readonly log: string;
  readonly terminationMessage: string;
}

/** @param life - how often the container was started before */
export const containerFiles = (
  folder: string,
  container: string,
  life: number,
): ContainerFiles => ({
  log: join(folder, 'logs', container, `${life}.log`),
  terminationMessage: join(folder, 'messages', container, String(life)),
});

const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Everything a runtime needs to start a container.
 * @throws RunnerError with reason `CreateContainerConfigError` when the pod asks for what does not exist
 */
export function containerSpec(
  context: PodContext,
  container: Container,
  image: ResolvedImage,
  life: number,
): ContainerSpec {
  const { parts, folder } = context;
  const pod = context.pod();
  refuseGrpc(container);
  const variables = {
    ...image.environment,
    ...containerVariables(parts.store, pod, parts.node, container),
  };
  const files = containerFiles(folder, container.name, life);
  mkdirSync(dirname(files.terminationMessage), { recursive: true });
  writeFileSync(files.terminationMessage, '', { mode: 0o666 });
  const command =
    container.command === undefined || container.command.length === 0
      ? image.entrypoint
      : container.command;
  const ownArguments = container.args ?? [];
  // The image's arguments belong to its entry point: a pod's command leaves them out.
  const rest =
    ownArguments.length > 0 ? ownArguments : command === image.entrypoint ? image.command : [];
  const workingDirectory =
    container.workingDir === undefined || container.workingDir === ''
      ? image.workingDirectory
      : container.workingDir;
  return {
    podUid: pod.metadata.uid,
    podName: pod.metadata.name,
    namespace: pod.metadata.namespace,
    hostname: (pod.spec.hostname ?? pod.metadata.name).slice(0, 63),
    name: container.name,
    image,
    command: [...command, ...rest].map((word) => expandVariables(word, variables)),
    workingDirectory,
    environment: variables,
    mounts: [...podMounts(context, container, variables), ...nodeMounts(context, container, files)],
    ...containerUser(pod, container, image),
    stdin: container.stdin === true,
    stdinOnce: container.stdinOnce === true,
    tty: container.tty === true,
    hostAliases: hostAliasesOf(context),
    logFile: files.log,
  };
}

/** Lines for `/etc/hosts`, as they are now: those the pod itself asks for, then names of other pods. */
export function hostAliasesOf({ parts, pod }: PodContext): ContainerSpec['hostAliases'] {
  const own = (pod().spec.hostAliases ?? []).map(({ ip, hostnames }) => ({
    ip,
    hostnames: hostnames ?? [],
  }));
  return [...own, ...parts.hosts(pod())];
}

/** Without private mounts a token every pod gets would keep every pod from running, so it is left out there. */
function podMounts(
  { parts, pod, volumes }: PodContext,
  container: Container,
  variables: Readonly<Record<string, string>>,
): readonly ContainerMount[] {
  const mounts = containerMounts(pod(), container, volumes, variables);
  return parts.runtime.mountPrefix === undefined
    ? mounts
    : mounts.filter(({ path }) => path !== serviceAccountFolder);
}

/** Files the node itself puts into containers, where those have a place of their own for them. */
function nodeMounts(
  { parts, pod, folder }: PodContext,
  container: Container,
  files: ContainerFiles,
): readonly ContainerMount[] {
  const message = {
    source: files.terminationMessage,
    path: container.terminationMessagePath ?? '/dev/termination-log',
    readOnly: false,
  };
  const prefix = parts.runtime.mountPrefix;
  if (prefix !== undefined) return message.path.startsWith(`${prefix}/`) ? [message] : [];
  const dns = dnsFile(pod());
  if (dns === undefined) return [message];
  const source = join(folder, 'resolv.conf');
  writeFileSync(source, dns);
  return [message, { source, path: '/etc/resolv.conf', readOnly: false }];
}

function refuseGrpc(container: Container): void {
  const probe = (['startupProbe', 'readinessProbe', 'livenessProbe'] as const).find(
    (name) => container[name]?.grpc !== undefined,
  );
  if (probe !== undefined)
    throw configError(
      `${probe} of container "${container.name}": grpc probes are not supported by the embedded cluster, use exec, httpGet or tcpSocket`,
    );
}
