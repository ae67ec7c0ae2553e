import type { ErrorKind, FailureReason, RetryScope } from '@millrace/core';

/** A row of {@link statusTable}: when it applies, and what it makes of the answer. The first that applies counts. */
export interface StatusRow {
  readonly when: {
    /** `Status.reason` of the API (`metav1.StatusReason`). */
    readonly reason?: string;
    /** HTTP status; the code alone decides where a proxy answers instead of the API server. */
    readonly code?: number;
    /** Part of `Status.message`, where the API has no machine-readable form. */
    readonly message?: RegExp;
    readonly verb?: string;
    /** With its subresource, `pods/exec`. */
    readonly resource?: string;
  };
  readonly code: `MILLRACE_E_${string}`;
  readonly reason: FailureReason;
  readonly kind: ErrorKind;
  /** `operation` is repeated by the transport itself. */
  readonly retry: RetryScope;
  /** False: the server surely did not carry it out, so that anything may be sent again. */
  readonly processed?: false;
  readonly hint?: string;
}

const row = (
  when: StatusRow['when'],
  code: string,
  reason: FailureReason,
  kind: ErrorKind,
  retry: RetryScope,
  more: Pick<StatusRow, 'processed' | 'hint'> = {},
): StatusRow => ({ when, code: `MILLRACE_E_${code}`, reason, kind, retry, ...more });

/**
 * Everything the API server may answer besides success. Reasons: apimachinery `meta/v1/types.go`; messages: the
 * admission plugins named in the comments. The only place where texts of the API are matched.
 */
export const statusTable: readonly StatusRow[] = [
  // plugin/pkg/admission/resourcequota: 403; its own optimistic lock surfaces as a 409 about "resourcequotas".
  row(
    { code: 403, message: /failed quota: .*must specify/ },
    'KUBE_QUOTA',
    'quota_exceeded',
    'config',
    'never',
    { hint: 'Set the requests and limits that the message names: the quota counts them.' },
  ),
  row(
    { code: 403, message: /exceeded quota|failed quota/ },
    'KUBE_QUOTA',
    'quota_exceeded',
    'system',
    'job',
    {
      hint: 'Wait for other jobs to end, ask for less, or raise the ResourceQuota.',
    },
  ),
  row(
    { code: 409, message: /cannot be fulfilled on resourcequotas/ },
    'KUBE_CONFLICT',
    'api_conflict',
    'system',
    'operation',
    { processed: false },
  ),
  // staging/src/k8s.io/pod-security-admission
  row(
    { code: 403, message: /violates PodSecurity/ },
    'KUBE_POD_SECURITY',
    'pod_security_violation',
    'config',
    'never',
    {
      hint: 'Change the settings that the message names, or the namespace label pod-security.kubernetes.io/enforce.',
    },
  ),
  // plugin/pkg/admission/serviceaccount: the pod names an account that is not there (yet).
  row(
    { code: 403, message: /error looking up service account|no API token found/ },
    'KUBE_SERVICE_ACCOUNT',
    'service_account_not_found',
    'config',
    'never',
    { hint: 'Create the service account, or name another one.' },
  ),
  // plugin/pkg/admission/namespace/lifecycle
  row(
    { code: 403, message: /because it is being terminated/ },
    'KUBE_NAMESPACE_TERMINATING',
    'namespace_terminating',
    'system',
    'job',
    { hint: 'The namespace is being deleted; wait until it is gone, or use another one.' },
  ),
  // apiserver admission/plugin/webhook: refusal, and a webhook that cannot be reached.
  row(
    { message: /^admission webhook .* denied the request/ },
    'KUBE_ADMISSION_DENIED',
    'api_rejected',
    'config',
    'never',
    {
      hint: "A policy of the cluster refuses the object; the message is the webhook's own.",
    },
  ),
  row(
    { message: /failed calling webhook/ },
    'KUBE_WEBHOOK_UNREACHABLE',
    'api_unavailable',
    'system',
    'operation',
    { hint: 'An admission webhook of the cluster does not answer.' },
  ),
  // A session over WebSocket begins with a GET; since Kubernetes 1.35 the right to create is asked for too.
  row(
    { code: 403, reason: 'Forbidden', resource: 'pods/exec' },
    'KUBE_FORBIDDEN',
    'api_forbidden',
    'config',
    'never',
    {
      hint: 'Sessions need the verbs get and create on pods/exec: grant both to the runner with a Role and a RoleBinding.',
    },
  ),
  row({ reason: 'Forbidden', code: 403 }, 'KUBE_FORBIDDEN', 'api_forbidden', 'config', 'never', {
    hint: 'Grant the right to the runner with a Role and a RoleBinding.',
  }),
  row({ code: 403 }, 'KUBE_FORBIDDEN', 'api_forbidden', 'config', 'never', {
    hint: 'The answer is not one of the API server: look for a proxy in between, then for the rights of the runner.',
  }),
  row({ code: 401 }, 'KUBE_UNAUTHORIZED', 'api_unauthorized', 'config', 'never', {
    processed: false,
    hint: 'The credential is missing, expired or not known to this cluster; renew it.',
  }),
  row({ code: 404 }, 'KUBE_NOT_FOUND', 'api_not_found', 'system', 'never'),
  row({ reason: 'AlreadyExists' }, 'KUBE_ALREADY_EXISTS', 'api_already_exists', 'system', 'never'),
  row({ code: 409 }, 'KUBE_CONFLICT', 'api_conflict', 'system', 'never', {
    hint: 'The object changed meanwhile; read it again.',
  }),
  // apiserver storage: after a restore from a backup the version of a watch is newer than anything there is.
  row({ message: /Too large resource version/ }, 'KUBE_EXPIRED', 'api_expired', 'system', 'never'),
  row({ code: 410 }, 'KUBE_EXPIRED', 'api_expired', 'system', 'never'),
  // kubelet: logs of a container that has not started answer 400 "… is waiting to start: ContainerCreating".
  row(
    { code: 400, message: /is waiting to start/ },
    'KUBE_CONTAINER_NOT_STARTED',
    'container_not_started',
    'system',
    'operation',
    { processed: false },
  ),
  row({ code: 400 }, 'KUBE_REJECTED', 'api_rejected', 'config', 'never'),
  row({ code: 422 }, 'KUBE_REJECTED', 'api_rejected', 'config', 'never', {
    hint: 'Change the settings behind the fields that the message names.',
  }),
  row({ code: 405 }, 'KUBE_REJECTED', 'api_rejected', 'system', 'never'),
  row({ code: 406 }, 'KUBE_REJECTED', 'api_rejected', 'system', 'never'),
  row({ code: 413 }, 'KUBE_REJECTED', 'api_rejected', 'config', 'never', {
    hint: 'The object is too large for the API server; secrets end at 1 MiB.',
  }),
  row({ code: 415 }, 'KUBE_REJECTED', 'api_rejected', 'system', 'never'),
  row({ code: 429 }, 'KUBE_TOO_MANY_REQUESTS', 'api_overloaded', 'system', 'operation', {
    processed: false,
  }),
  // apiserver: the kubelet of the pod's node cannot be reached (exec, attach, log).
  row(
    { message: /error dialing backend/ },
    'KUBE_NODE_UNREACHABLE',
    'api_unavailable',
    'system',
    'operation',
    { processed: false },
  ),
  row({ reason: 'ServerTimeout' }, 'KUBE_UNAVAILABLE', 'api_unavailable', 'system', 'operation'),
  row({ code: 500 }, 'KUBE_UNAVAILABLE', 'api_unavailable', 'system', 'operation'),
  row({ code: 502 }, 'KUBE_UNAVAILABLE', 'api_unavailable', 'system', 'operation'),
  row({ code: 503 }, 'KUBE_UNAVAILABLE', 'api_unavailable', 'system', 'operation'),
  row({ code: 504 }, 'KUBE_UNAVAILABLE', 'api_unavailable', 'system', 'operation'),
];
