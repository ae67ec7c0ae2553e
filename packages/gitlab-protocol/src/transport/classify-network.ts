import { RunnerError } from '@millrace/core';

interface NetworkRow {
  readonly codes: RegExp;
  readonly says: string;
  readonly hint: string;
  /** False: the request did not reach a server. */
  readonly processed: boolean;
}

/** Codes of Node's sockets and TLS, and of undici. The first row that matches counts. */
const networkTable: readonly NetworkRow[] = [
  {
    codes: /^ECONNREFUSED$/,
    says: 'nothing listens there',
    hint: 'Check the address and port, and that GitLab runs.',
    processed: false,
  },
  {
    codes: /^(ENOTFOUND|EAI_AGAIN)$/,
    says: 'the host name is not known',
    hint: 'Check the address and the DNS of this machine.',
    processed: false,
  },
  {
    codes: /^(EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/,
    says: 'no connection within the time limit',
    hint: 'Check the address, firewalls and proxies of this machine.',
    processed: false,
  },
  {
    codes:
      /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|CERT_UNTRUSTED|CERT_SIGNATURE_FAILURE)$/,
    says: "the server's certificate is not signed by an authority we trust",
    hint: 'Give the authority of the server with tls-ca-file.',
    processed: false,
  },
  {
    codes: /^(CERT_HAS_EXPIRED|CERT_NOT_YET_VALID)$/,
    says: "the server's certificate is not valid now",
    hint: 'Renew the certificate of the server, or set the clock of this machine.',
    processed: false,
  },
  {
    codes: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    says: "the server's certificate is for another name",
    hint: 'Use a host name that the certificate carries in the url of the runner.',
    processed: false,
  },
  {
    codes: /^(EPROTO|ERR_SSL_.*|ERR_TLS_.*)$/,
    says: 'TLS could not be agreed',
    hint: 'Check http or https in the url of the runner, and tls-cert-file.',
    processed: false,
  },
  {
    codes: /^(UND_ERR_PRX_.*|PROXY)$/,
    says: 'the proxy did not let the request through',
    hint: 'Check HTTP_PROXY, HTTPS_PROXY, NO_PROXY and the password in them.',
    processed: false,
  },
  {
    codes: /^(HPE_.*|HTTPParserError|UND_ERR_HEADERS_OVERFLOW)$/,
    says: 'the answer is not HTTP',
    hint: 'Check http or https in the url of the runner, and proxies in between.',
    processed: true,
  },
  {
    codes: /.*/,
    says: 'the connection was lost',
    hint: 'The server or something in between closed the connection.',
    processed: true,
  },
];

/**
 * Turns a failure of a socket, of TLS or of a proxy into a typed error with the server's address and a hint.
 * The foreign error is not kept as the cause: undici's may hold the request with its headers.
 */
export function classifyNetwork(origin: string, what: string, cause: unknown): RunnerError {
  const code = networkCode(cause);
  const found = networkTable.find((row) => row.codes.test(code));
  return new RunnerError(`${what}: cannot reach ${origin}: ${found?.says ?? ''} (${code})`, {
    code: 'MILLRACE_E_GITLAB_UNREACHABLE',
    kind: 'system',
    retry: 'operation',
    hint: found?.hint ?? '',
    details: { origin, networkCode: code, processed: found?.processed ?? true },
  });
}

/** The most telling code: an address tried over IPv4 and IPv6 fails with several inside one error. */
function networkCode(cause: unknown): string {
  if (cause instanceof AggregateError && cause.errors.length > 0)
    return networkCode(cause.errors[0]);
  if (!(cause instanceof Error)) return 'unknown';
  if (isProxyRefusal(cause)) return 'PROXY';
  const code = 'code' in cause ? cause.code : undefined;
  const inner = cause.cause instanceof Error ? networkCode(cause.cause) : undefined;
  // undici wraps what a socket or a proxy said.
  if (typeof code === 'string' && !code.startsWith('UND_ERR_SOCKET')) return code;
  return inner ?? (typeof code === 'string' ? code : cause.name);
}

/** undici has no code of its own for a proxy that answers CONNECT with another status than 200, or 407 to a request. */
const isProxyRefusal = (cause: Error): boolean =>
  /^Proxy response \(\d+\) !== 200|^Proxy Authentication Required/.test(cause.message);
