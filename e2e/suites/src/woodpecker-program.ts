import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WoodpeckerServer } from '@millrace/testkit';
import type { Folder } from './gitlab-program.ts';
import { startProgram, type Running } from './program.ts';

/** Where `millrace-woodpecker` begins. */
export const woodpeckerMain: string = fileURLToPath(
  new URL('../../../apps/woodpecker-compat/src/main.ts', import.meta.url),
);

/** Where an agent of Woodpecker works. */
export interface AgentProgramPlace {
  readonly cluster: ClusterAddress;
  readonly server: WoodpeckerServer;
  readonly namespace: string;
  /** For its configuration and state. */
  readonly folder: Folder;
}

/** How a cluster is reached by its administrator. */
export interface ClusterAddress {
  readonly server: string;
  readonly certificateAuthority: string;
  readonly adminToken: string;
}

/** Starts `millrace-woodpecker` from source: the agent, or another command. */
export async function startAgentProgram(
  { cluster, server, namespace, folder }: AgentProgramPlace,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Running> {
  await folder.write({ kubeconfig: kubeconfig(cluster) });
  return startProgram(woodpeckerMain, args, folder.path, {
    KUBERNETES_SERVICE_HOST: 'kubernetes.example.org',
    KUBECONFIG: join(folder.path, 'kubeconfig'),
    WOODPECKER_SERVER: server.address,
    WOODPECKER_AGENT_SECRET: server.secret,
    WOODPECKER_HOSTNAME: 'suite-agent',
    WOODPECKER_AGENT_CONFIG_FILE: join(folder.path, 'agent.conf'),
    WOODPECKER_HEALTHCHECK: 'false',
    WOODPECKER_BACKEND_K8S_NAMESPACE: namespace,
    WOODPECKER_BACKEND_K8S_VOLUME_SIZE: '10Mi',
    WOODPECKER_BACKEND_K8S_STORAGE_RWX: 'false',
    WOODPECKER_BACKEND_K8S_STOP_TIMEOUT: '2',
    ...env,
  });
}

const kubeconfig = ({ server, certificateAuthority, adminToken }: ClusterAddress): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'suite',
    contexts: [{ name: 'suite', context: { cluster: 'suite', user: 'suite' } }],
    clusters: [
      {
        name: 'suite',
        cluster: {
          server,
          'certificate-authority-data': Buffer.from(certificateAuthority).toString('base64'),
        },
      },
    ],
    users: [{ name: 'suite', user: { token: adminToken } }],
  });
