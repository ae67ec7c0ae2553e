import {
  defineBinding,
  type Binding,
  type JsonValue,
  type OverwriteRow,
  type SettingRow,
} from '@millrace/core';
import { pluginName } from './plugin-name.ts';

const rows: readonly SettingRow[] = [
  {
    key: 'namespace',
    path: 'namespace',
    form: 'string',
    environment: 'KUBERNETES_NAMESPACE',
    flag: 'namespace',
    since: '≤12.5',
    default: 'default, with a warning',
    doc: 'Namespace of all objects of a job; it must exist.',
  },
  {
    key: 'namespace_per_job',
    path: 'namespacePerJob',
    form: 'boolean',
    environment: 'KUBERNETES_NAMESPACE_PER_JOB',
    flag: 'namespace_per_job',
    since: '16.10',
    default: 'false',
    doc: 'Gives each job the namespace `ci-job-<id>`, created before it and deleted after it; stronger than every other choice.',
  },
  {
    key: 'service_account',
    path: 'serviceAccount',
    form: 'string',
    environment: 'KUBERNETES_SERVICE_ACCOUNT',
    flag: 'service-account',
    since: '≤12.5',
    default: "the namespace's",
    doc: 'Service account that pods run as.',
  },
  {
    key: 'automount_service_account_token',
    path: 'automountServiceAccountToken',
    form: 'boolean',
    environment: 'KUBERNETES_AUTOMOUNT_SERVICE_ACCOUNT_TOKEN',
    flag: 'automount-service-account-token',
    since: '16.9',
    default: 'not sent',
    doc: "Whether pods get the service account's token.",
  },
  {
    key: 'resource_availability_check_max_attempts',
    shared: true,
    path: 'availability.retries',
    form: 'integer',
    // A negative number asks for the number that `register` writes.
    convert: (value) => (typeof value === 'number' && value < 0 ? 5 : value),
    environment: 'KUBERNETES_RESOURCE_AVAILABILITY_CHECK_MAX_ATTEMPTS',
    flag: 'resource-availability-check-max-attempts',
    since: '15.0',
    default: '0: not checked',
    doc: 'How often to look again, every five seconds, for a service account that is not there before a pod is created.',
  },
  {
    key: 'host',
    path: 'connection.server',
    form: 'string',
    environment: 'KUBERNETES_HOST',
    flag: 'host',
    since: '≤12.5',
    default: 'in-cluster, else the kubeconfig',
    doc: 'URL of the API server; with it, only bearer_token and the three files below say as whom.',
  },
  {
    key: 'context',
    path: 'connection.context',
    form: 'string',
    environment: 'KUBECTL_CONTEXT',
    flag: 'context',
    since: '18.5',
    default: 'the current one',
    doc: 'Context of the kubeconfig, where host is unset and the runner is not in a cluster.',
  },
  {
    key: 'bearer_token',
    path: 'connection.token',
    form: 'string',
    secret: true,
    environment: 'KUBERNETES_BEARER_TOKEN',
    flag: 'bearer_token',
    since: '≤12.5',
    default: 'none',
    doc: 'Token for the API server.',
  },
  {
    key: 'ca_file',
    path: 'connection.caFile',
    form: 'string',
    environment: 'KUBERNETES_CA_FILE',
    flag: 'ca-file',
    since: '≤12.5',
    default: 'the CAs that Node trusts',
    doc: "File with the CA of the API server's certificate.",
  },
  {
    key: 'cert_file',
    path: 'connection.certFile',
    form: 'string',
    environment: 'KUBERNETES_CERT_FILE',
    flag: 'cert-file',
    since: '≤12.5',
    default: 'none',
    doc: 'File with the client certificate; needs key_file and ca_file.',
  },
  {
    key: 'key_file',
    path: 'connection.keyFile',
    form: 'string',
    environment: 'KUBERNETES_KEY_FILE',
    flag: 'key-file',
    since: '≤12.5',
    default: 'none',
    doc: 'File with the key of the client certificate.',
  },
];

const overwrites: readonly OverwriteRow[] = [
  {
    variable: 'KUBERNETES_NAMESPACE_OVERWRITE',
    path: 'namespace',
    form: 'value',
    gate: {
      rule: 'pattern',
      key: 'namespace_overwrite_allowed',
      environment: 'KUBERNETES_NAMESPACE_OVERWRITE_ALLOWED',
      flag: 'namespace_overwrite_allowed',
      since: '12.5',
    },
    label: 'Namespace',
    rank: 10,
    doc: 'Replaces the namespace, which must exist.',
  },
  {
    variable: 'KUBERNETES_SERVICE_ACCOUNT_OVERWRITE',
    path: 'serviceAccount',
    form: 'value',
    gate: {
      rule: 'pattern',
      key: 'service_account_overwrite_allowed',
      environment: 'KUBERNETES_SERVICE_ACCOUNT_OVERWRITE_ALLOWED',
      flag: 'service_account_overwrite_allowed',
      since: '12.5',
    },
    label: 'ServiceAccount',
    rank: 20,
    doc: 'Replaces the service account of the pods.',
  },
  {
    variable: 'KUBERNETES_BEARER_TOKEN',
    path: 'connection.token',
    form: 'value',
    gate: {
      rule: 'switch',
      key: 'bearer_token_overwrite_allowed',
      environment: 'KUBERNETES_BEARER_TOKEN_OVERWRITE_ALLOWED',
      flag: 'bearer_token_overwrite_allowed',
      since: '12.5',
    },
    label: 'BearerToken',
    secret: true,
    rank: 30,
    doc: 'Token for the API server in place of the configured one, for this job.',
  },
];

const text = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');

/** What GitLab Runner calls the identity of jobs. */
export const bindings: readonly Binding[] = [
  defineBinding({
    peer: 'gitlab',
    plugin: pluginName,
    rows,
    overwrites,
    constants: { namespacePrefix: 'ci-job-' },
    wording: {
      'identity.connection': {
        rank: 240,
        text: () =>
          'getting Kubernetes config: ca file, cert file and key file must be specified when using file based auth',
      },
      'identity.namespace-assumed': {
        rank: 250,
        text: ({ namespace }) => `Namespace is empty, therefore assuming '${text(namespace)}'.`,
      },
      'identity.namespace': {
        rank: 300,
        text: ({ namespace }) => `Using Kubernetes namespace: ${text(namespace)}`,
      },
      // GitLab Runner notices it when it begins to watch pods (gitlab/281), and says no more than the first half.
      'identity.bad-namespace': {
        rank: 430,
        text: ({ namespace, fault }) =>
          `starting pod watcher: not synced: *v1.Pod; ${JSON.stringify(namespace)} cannot be a namespace: ${text(fault)}`,
      },
      'identity.account-missing': {
        rank: 690,
        text: ({ name }) =>
          `prepare environment: setting up build pod: Timed out while waiting for ServiceAccount/${text(name)} to be present in the cluster. Check https://docs.gitlab.com/runner/shells/#shell-profile-loading for more information`,
      },
    },
  }),
];
