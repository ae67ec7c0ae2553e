import type { Decision, Settings, Statement } from '@millrace/core';
import { namespaceFault } from './job-namespace.ts';
import type { IdentitySettings } from './settings.ts';

/** What is said about where a job runs and as whom, once a job. */
export function identityStatements(
  settings: Settings<IdentitySettings>,
  namespace: string,
): readonly (Statement | Decision)[] {
  return [...tokenStatements(settings), ...namespaceStatements(settings, namespace)];
}

/** Never ignored: the job would act on the cluster as someone else than its author thinks. */
function tokenStatements({ value, source }: Settings<IdentitySettings>): readonly Statement[] {
  if (value.jobToken === '') return [];
  return [
    {
      kind: 'refuse',
      code: 'identity.token',
      text: "a token of the job's own for the Kubernetes API is not supported yet: remove it",
      reason: 'configuration_error',
      source: source(['jobToken']),
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
