import { RunnerError } from '@millrace/core';

interface NetworkRow {
  readonly codes: RegExp;
  readonly says: string;
  readonly hint: string;
  readonly retry: 'operation' | 'never';
  /** False: the request did not reach a server. */
  readonly processed: boolean;
}

/** Codes of Node's sockets and TLS, and of undici. The first row that matches counts. */
const networkTable: readonly NetworkRow[] = [
  {
    codes: /^ECONNREFUSED$/,
    says: 'nothing listens there',
    hint: 'Check the address and port, and that the API server runs.',
    retry: 'operation',
    processed: false,
  },
  {
    codes: /^(ENOTFOUND|EAI_AGAIN)$/,
    says: 'the host name is not known',
    hint: 'Check the address and the DNS of this machine.',
    retry: 'operation',
    processed: false,
  },
  {
    codes: /^(EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/,
    says: 'no connection within the time limit',
    hint: 'Check the address, firewalls and the network of this machine.',
    retry: 'operation',
    processed: false,
  },
  {
    codes:
      /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|CERT_UNTRUSTED|CERT_SIGNATURE_FAILURE)$/,
    says: "the server's certificate is not signed by an authority we trust",
    hint: 'Give the CA of the cluster (ca_file, or certificate-authority in the kubeconfig).',
    retry: 'never',
    processed: false,
  },
  {
    codes: /^(CERT_HAS_EXPIRED|CERT_NOT_YET_VALID)$/,
    says: "the server's certificate is not valid now",
    hint: 'Renew the certificate of the API server, or set the clock of this machine.',
    retry: 'never',
    processed: false,
  },
  {
    codes: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    says: "the server's certificate is for another name",
    hint: 'Use a host name that the certificate carries, or set tls-server-name.',
    retry: 'never',
    processed: false,
  },
  {
    codes: /^(EPROTO|ERR_SSL_.*|ERR_TLS_.*)$/,
    says: 'TLS could not be agreed',
    hint: 'Check http or https in the address, and the client certificate.',
    retry: 'never',
    processed: false,
  },
  {
    codes: /^(HPE_.*|UND_ERR_HEADERS_OVERFLOW)$/,
    says: 'the answer is not HTTP',
    hint: 'Check http or https in the address, and proxies in between.',
    retry: 'never',
    processed: false,
  },
  {
    codes: /.*/,
    says: 'the connection was lost',
    hint: 'The API server or something in between closed the connection.',
    retry: 'operation',
    processed: true,
  },
];

/**
 * Turns a socket or TLS failure into a typed error with the server's address and a hint.
 * @param server - address of the API server, which carries no credential
 */
export function classifyNetwork(server: string, what: string, cause: unknown): RunnerError {
  const code = networkCode(cause);
  const found = networkTable.find((row) => row.codes.test(code));
  return new RunnerError(`${what}: cannot reach ${server}: ${found?.says ?? ''} (${code})`, {
    code: 'MILLRACE_E_KUBE_UNREACHABLE',
    kind: 'system',
    reason: 'api_unreachable',
    retry: found?.retry ?? 'operation',
    hint: found?.hint ?? '',
    details: { server, networkCode: code, processed: found?.processed ?? true },
    cause,
  });
}

/** The most telling code: an address tried over IPv4 and IPv6 fails with several inside one error. */
function networkCode(cause: unknown): string {
  if (cause instanceof AggregateError && cause.errors.length > 0)
    return networkCode(cause.errors[0]);
  if (!(cause instanceof Error)) return 'unknown';
  if ('code' in cause && typeof cause.code === 'string') return cause.code;
  return cause.cause === undefined ? cause.name : networkCode(cause.cause);
}
