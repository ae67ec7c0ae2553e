import type { Decision, Settings, Statement } from '@millrace/core';
import { namespaceFault } from './job-namespace.ts';
import type { IdentitySettings } from './settings.ts';

/** What is said about where a job runs and as whom, once a job. */
export function identityStatements(
  settings: Settings<IdentitySettings>,
  namespace: string,
): readonly (Statement | Decision)[] {
  return [...connectionStatements(settings), ...namespaceStatements(settings, namespace)];
}

/** A client certificate is of no use alone; the peer stops the job here too (gitlab/101). */
function connectionStatements({
  value: { connection },
  source,
}: Settings<IdentitySettings>): readonly Statement[] {
  const { server, certFile, keyFile, caFile } = connection;
  if (server === '' || certFile === '' || (keyFile !== '' && caFile !== '')) return [];
  return [
    {
      kind: 'refuse',
      code: 'identity.connection',
      text: 'a client certificate needs its key file and the CA file too',
      reason: 'configuration_error',
      source: source(['connection', 'certFile']),
    },
  ];
}

function namespaceStatements(
  { value, source: sourceOf }: Settings<IdentitySettings>,
  namespace: string,
): readonly (Statement | Decision)[] {
  const { namespacePerJob } = value;
  const source = sourceOf([namespacePerJob ? 'namespacePerJob' : 'namespace']);
  const values = { namespace };
  const assumed: Statement = {
    kind: 'warn',
    code: 'identity.namespace-assumed',
    text: `no namespace is configured, using ${namespace}`,
    values,
    source,
  };
  const using: Statement = {
    kind: 'say',
    code: 'identity.namespace',
    text: `using namespace ${namespace}`,
    values,
    source,
  };
  const isAssumed = value.namespace === '' && !namespacePerJob;
  return [
    ...(isAssumed ? [assumed] : []),
    using,
    ...badNamespace(namespace, source),
    {
      kind: 'decision',
      subject: 'namespace',
      value: namespace,
      source,
      allowed: true,
      reason: namespacePerJob
        ? 'each job has a namespace of its own'
        : value.namespacePerOwner
          ? 'each owner of jobs has a namespace, which is kept'
          : isAssumed
            ? 'nothing names one'
            : 'asked for',
    },
  ];
}

function badNamespace(namespace: string, source: Statement['source']): readonly Statement[] {
  const fault = namespaceFault(namespace);
  if (fault === undefined) return [];
  return [
    {
      kind: 'refuse',
      code: 'identity.bad-namespace',
      text: `${JSON.stringify(namespace)} cannot be a namespace: ${fault}`,
      values: { namespace, fault },
      reason: 'api_rejected',
      ...(source === undefined ? {} : { source }),
    },
  ];
}
