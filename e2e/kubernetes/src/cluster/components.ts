import type { Certificates } from './certificates.ts';
import type { Component } from './component.ts';
import { addresses, inState, nodeName } from './layout.ts';

/** Names of the parts, in the order in which they start. */
export const componentNames = [
  'containerd',
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'registry-open',
  'registry-closed',
  'kubelet',
  'kube-proxy',
  'volume-provisioner',
  'coredns',
] as const;

/** Name of a part. */
export type ComponentName = (typeof componentNames)[number];

/** What the command lines of the parts are made of. */
export interface ComponentInputs {
  /** The program that holds all parts of Kubernetes. */
  readonly program: string;
  readonly certificates: Certificates;
}

/** A configuration file, see `write-configuration.ts`. */
export const configurationFile = (name: string): string => inState('configuration', name);

/** Every part's command line. */
export function components({
  program,
  certificates,
}: ComponentInputs): Readonly<Record<ComponentName, Component>> {
  const part = (
    name: ComponentName,
    flags: Readonly<Record<string, string | number | boolean>>,
  ) => ({
    name,
    command: program,
    args: [name, ...Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`)],
  });
  const kubeconfig = (name: ComponentName): string => configurationFile(`${name}.kubeconfig`);
  const etcd = (port: number): string => `http://127.0.0.1:${port}`;
  const { authority, accounts, apiServer, kubeletClient } = certificates;
  const registry = (name: 'registry-open' | 'registry-closed'): Component => ({
    name,
    command: 'docker-registry',
    args: ['serve', configurationFile(`${name}.yml`)],
  });
  const controller = (port: number) => ({
    'leader-elect': false,
    'bind-address': '127.0.0.1',
    'kube-api-qps': 300,
    'kube-api-burst': 600,
    'secure-port': port,
    profiling: false,
  });
  return {
    containerd: {
      name: 'containerd',
      command: 'containerd',
      args: ['--config', configurationFile('containerd.toml')],
    },
    etcd: part('etcd', {
      name: nodeName,
      'data-dir': inState('etcd'),
      'unsafe-no-fsync': true,
      'log-level': 'warn',
      'listen-client-urls': etcd(addresses.etcd.client),
      'advertise-client-urls': etcd(addresses.etcd.client),
      'listen-peer-urls': etcd(addresses.etcd.peer),
      'initial-advertise-peer-urls': etcd(addresses.etcd.peer),
      'initial-cluster': `${nodeName}=${etcd(addresses.etcd.peer)}`,
    }),
    'kube-apiserver': part('kube-apiserver', {
      'etcd-servers': etcd(addresses.etcd.client),
      'bind-address': addresses.api.host,
      'secure-port': addresses.api.port,
      'advertise-address': addresses.node,
      'tls-cert-file': apiServer.certificate,
      'tls-private-key-file': apiServer.key,
      'client-ca-file': authority.certificate,
      'token-auth-file': configurationFile('tokens.csv'),
      'service-account-issuer': 'https://kubernetes.default.svc.cluster.local',
      'service-account-key-file': accounts.publicKey,
      'service-account-signing-key-file': accounts.privateKey,
      'service-cluster-ip-range': addresses.services,
      'authorization-mode': 'Node,RBAC',
      'enable-admission-plugins': 'NodeRestriction',
      'kubelet-certificate-authority': authority.certificate,
      'kubelet-client-certificate': kubeletClient.certificate,
      'kubelet-client-key': kubeletClient.key,
      'kubelet-preferred-address-types': 'InternalIP',
      'audit-policy-file': configurationFile('audit-policy.json'),
      'audit-log-path': auditLog,
      'audit-log-mode': 'blocking',
      'allow-privileged': true,
      profiling: false,
    }),
    'kube-controller-manager': part('kube-controller-manager', {
      ...controller(addresses.health.controllers),
      kubeconfig: kubeconfig('kube-controller-manager'),
      'use-service-account-credentials': true,
      'service-account-private-key-file': accounts.privateKey,
      'root-ca-file': authority.certificate,
      'cluster-signing-cert-file': authority.certificate,
      'cluster-signing-key-file': authority.key,
      'allocate-node-cidrs': false,
      'service-cluster-ip-range': addresses.services,
    }),
    'kube-scheduler': part('kube-scheduler', {
      ...controller(addresses.health.scheduler),
      kubeconfig: kubeconfig('kube-scheduler'),
    }),
    'registry-open': registry('registry-open'),
    'registry-closed': registry('registry-closed'),
    kubelet: part('kubelet', {
      config: configurationFile('kubelet.json'),
      kubeconfig: kubeconfig('kubelet'),
      'hostname-override': nodeName,
      'node-ip': addresses.node,
      'root-dir': kubeletFolder,
      'cert-dir': inState('kubelet-certificates'),
    }),
    'kube-proxy': part('kube-proxy', { config: configurationFile('kube-proxy.json') }),
    'volume-provisioner': part('volume-provisioner', {
      kubeconfig: kubeconfig('volume-provisioner'),
      directory: inState('volumes'),
      node: nodeName,
    }),
    coredns: {
      name: 'coredns',
      command: program,
      args: ['coredns', '-conf', configurationFile('Corefile'), '-quiet'],
    },
  };
}

/** The API server's audit log: one JSON object a line. */
export const auditLog: string = inState('audit.log');

/** The kubelet's own folder; a mount of its own, so that mounts below it reach containers. */
export const kubeletFolder: string = inState('kubelet');
