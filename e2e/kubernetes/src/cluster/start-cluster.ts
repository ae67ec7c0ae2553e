import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { KubeObject } from '@millrace/core';
import { rawRequest, type ApiAddress, type RawRequest, type RawResponse } from '@millrace/testkit';
import { buildImages, nameInArchive, pulled, type ImageArchives } from '../images/images.ts';
import { createCgroups } from './cgroups.ts';
import { makeCertificates } from './certificates.ts';
import { isRunning, lastLines, startComponent, type Component } from './component.ts';
import { components, kubeletFolder, type ComponentName } from './components.ts';
import { bootstrapObjects } from './configuration/bootstrap-objects.ts';
import { addresses, apiUrl, inState, nodeName, runtimeSocket, stateFolder } from './layout.ts';
import { createNetwork } from './network.ts';
import { becomeOwner } from './owner.ts';
import { runProgram } from './run-program.ts';
import { buildTestbed, cacheFolder } from './testbed.ts';
import { writeConfiguration, type RegistryLogin } from './write-configuration.ts';

/** A running cluster, as plain data: tests in other processes read it from {@link descriptionFile}. */
export interface ClusterDescription {
  readonly version: string;
  readonly server: string;
  readonly certificateAuthority: string;
  readonly adminToken: string;
  readonly kubectl: string;
  readonly registryLogin: RegistryLogin;
  /** Command lines, to start a part again that a test stopped. */
  readonly components: Readonly<Record<ComponentName, Component>>;
}

/** How to start. */
export interface StartOptions {
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Where the description of the running cluster lies. */
export const descriptionFile: string = inState('cluster.json');

const folders = ['pids', 'logs', 'certificates', 'configuration', 'network', 'kubelet', 'volumes'];
const step = 50;
/** Ends a hang; a slow machine needs far less. */
const patience = 120_000;

/** Brings a cluster up, from programs and images that are built first where they are missing. */
export async function startCluster({ say, signal }: StartOptions): Promise<ClusterDescription> {
  const testbed = await buildTestbed({ say, signal });
  const archives = await buildImages({ folder: cacheFolder, pause: testbed.pause, say });
  await rm(stateFolder, { recursive: true, force: true });
  for (const folder of folders) await mkdir(inState(folder), { recursive: true, mode: 0o755 });
  await becomeOwner();
  await createCgroups();
  await createNetwork();
  const certificates = await makeCertificates(inState('certificates'));
  const secrets = await writeConfiguration(certificates);
  const description: ClusterDescription = {
    version: testbed.version,
    server: apiUrl,
    certificateAuthority: await readFile(certificates.authority.certificate, 'utf8'),
    adminToken: secrets.adminToken,
    kubectl: testbed.kubectl,
    registryLogin: secrets.registry,
    components: components({ program: testbed.program, certificates }),
  };
  await startAll(description, archives, signal);
  await writeFile(descriptionFile, JSON.stringify(description), { mode: 0o600 });
  return description;
}

async function startAll(
  description: ClusterDescription,
  archives: ImageArchives,
  signal: AbortSignal,
): Promise<void> {
  const start = (name: ComponentName): Promise<void> =>
    startComponent(description.components[name]);
  await makeShared(kubeletFolder);
  for (const name of ['containerd', 'etcd', 'kube-apiserver'] as const) await start(name);
  await Promise.all([
    loadImages(archives, description.registryLogin, start, signal),
    startControl(description, start, signal),
  ]);
  for (const name of ['kubelet', 'kube-proxy', 'volume-provisioner', 'coredns'] as const)
    await start(name);
  await until('kubelet', signal, () => nodeIsReady(description, signal));
  await until('kube-controller-manager', signal, () => hasDefaultAccount(description, signal));
  await until('coredns', signal, () => answers(`http://127.0.0.1:${addresses.dnsReady}/ready`));
}

async function startControl(
  description: ClusterDescription,
  start: (name: ComponentName) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  await until('kube-apiserver', signal, () => isReady(description, signal));
  for (const name of ['kube-controller-manager', 'kube-scheduler'] as const) await start(name);
  for (const object of bootstrapObjects) await create(description, object, signal);
}

/** Starts a part and waits until the cluster has it again. */
export async function restart(
  description: ClusterDescription,
  name: ComponentName,
  signal: AbortSignal,
): Promise<void> {
  await startComponent(description.components[name]);
  if (name === 'kube-apiserver') await until(name, signal, () => isReady(description, signal));
  if (name === 'kubelet')
    await until(name, signal, () =>
      answers(`http://127.0.0.1:${addresses.health.kubelet}/healthz`),
    );
}

async function makeShared(folder: string): Promise<void> {
  await runProgram('mount', ['--bind', folder, folder]);
  await runProgram('mount', ['--make-rshared', folder]);
}

const containerd = (namespace: string, args: readonly string[]): Promise<string> =>
  runProgram('ctr', ['--address', runtimeSocket, '--namespace', namespace, ...args]);

/** A namespace that the kubelet does not look into: it would take pushed images for its own. */
const pushing = 'millrace-push';

async function loadImages(
  archives: ImageArchives,
  login: RegistryLogin,
  start: (name: ComponentName) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  await until('containerd', signal, () => succeeds(containerd(pushing, ['version'])));
  for (const archive of archives.preloaded)
    await containerd('k8s.io', ['images', 'import', archive]);
  for (const name of ['open', 'closed'] as const) {
    await start(`registry-${name}`);
    const url = `http://${addresses.node}:${addresses.registries[name]}/v2/`;
    await until(`registry-${name}`, signal, () => succeeds(fetch(url)));
    await containerd(pushing, ['images', 'import', archives.pulled[name]]);
    await containerd(pushing, ['images', 'tag', nameInArchive(name), pulled[name]]);
    const user = `${login.username}:${login.password}`;
    await containerd(pushing, ['images', 'push', '--plain-http', '--user', user, pulled[name]]);
  }
}

const ask = (
  to: ApiAddress & { readonly adminToken: string },
  request: RawRequest,
  signal: AbortSignal,
): Promise<RawResponse> => rawRequest({ ...to, token: to.adminToken }, request, { signal });

async function create(
  description: ClusterDescription,
  object: KubeObject,
  signal: AbortSignal,
): Promise<void> {
  const plural =
    object.kind === 'StorageClass'
      ? 'storageclasses'
      : object.kind === 'RuntimeClass'
        ? 'runtimeclasses'
        : `${object.kind.toLowerCase()}s`;
  const answer = await ask(
    description,
    { method: 'POST', path: `/apis/${object.apiVersion}/${plural}`, body: object },
    signal,
  );
  if (answer.status !== 201)
    throw new Error(`${object.kind} ${object.metadata.name ?? ''}: ${answer.text}`);
}

async function isReady(description: ClusterDescription, signal: AbortSignal): Promise<boolean> {
  return (await ask(description, { method: 'GET', path: '/readyz' }, signal)).status === 200;
}

async function nodeIsReady(description: ClusterDescription, signal: AbortSignal): Promise<boolean> {
  const path = `/api/v1/nodes/${nodeName}`;
  const { status, text } = await ask(description, { method: 'GET', path }, signal);
  return status === 200 && text.includes('"type":"Ready","status":"True"');
}

async function hasDefaultAccount(
  description: ClusterDescription,
  signal: AbortSignal,
): Promise<boolean> {
  const path = '/api/v1/namespaces/default/serviceaccounts/default';
  return (await ask(description, { method: 'GET', path }, signal)).status === 200;
}

const answers = async (url: string): Promise<boolean> => (await fetch(url)).ok;

const succeeds = async (action: Promise<unknown>): Promise<boolean> => {
  await action;
  return true;
};

/** Asks until the answer is yes; a part that ended meanwhile is told with its last lines. */
async function until(
  name: ComponentName,
  signal: AbortSignal,
  isThere: () => Promise<boolean>,
): Promise<void> {
  for (let waited = 0; waited < patience; waited += step) {
    signal.throwIfAborted();
    if (await isThere().catch(() => false)) return;
    if (!(await isRunning(name))) break;
    await pause(step, undefined, { signal });
  }
  throw new Error(`${name} did not come up. Its last lines:\n${await lastLines(name)}`);
}
