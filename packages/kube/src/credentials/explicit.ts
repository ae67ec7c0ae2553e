import { createSecureContext } from 'node:tls';
import type { ConnectionFacts, ExplicitRequest } from './connection-facts.ts';
import { credentialError } from './credential-error.ts';
import { readCredentialFile } from './read-credential-file.ts';

/**
 * Address and credentials from the configuration. As in GitLab Runner `keyFile` counts only together with `certFile`,
 * and `certFile` needs `keyFile` and `caFile`.
 */
export async function resolveExplicit(
  request: ExplicitRequest,
  { signal }: { readonly signal: AbortSignal },
): Promise<ConnectionFacts> {
  const { bearerToken, caFile, certFile, keyFile, insecureSkipTlsVerify } = request;
  if (certFile !== undefined && (keyFile === undefined || caFile === undefined)) {
    throw credentialError('ca_file, cert_file and key_file must be given together', {
      blame: 'cert_file',
      hint: `Add ${[caFile === undefined && 'ca_file', keyFile === undefined && 'key_file'].filter(Boolean).join(' and ')}, or remove cert_file.`,
    });
  }
  if (bearerToken !== undefined && !/^[\x21-\x7e]*$/.test(bearerToken)) {
    throw credentialError('bearer_token is not a token', {
      blame: 'bearer_token',
      hint: 'It has blanks, line breaks or letters that no request header can carry; copy it again.',
    });
  }
  const read = (setting: string, path: string, holds: 'certificate' | 'key'): Promise<string> =>
    readCredentialFile({ setting, path, holds }, { signal });
  const ca = caFile && (await read('ca_file', caFile, 'certificate'));
  const certificate = certFile && (await read('cert_file', certFile, 'certificate'));
  const key = certFile && keyFile && (await read('key_file', keyFile, 'key'));
  if (certificate && key) checkPair(certificate, key);
  const secured = Boolean(ca ?? certificate) || insecureSkipTlsVerify === true;
  return {
    server: serverAddress(request.host, secured),
    source: 'host',
    ...(ca && { ca }),
    ...(certificate && { clientCertificate: certificate }),
    ...(key && { clientKey: key }),
    ...(bearerToken && { token: bearerToken }),
    ...(insecureSkipTlsVerify && { insecureSkipTlsVerify }),
  };
}

/** An address without a scheme means https when TLS material is given, else http (client-go: `DefaultServerURL`). */
function serverAddress(host: string, secured: boolean): string {
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(host)
    ? host
    : `${secured ? 'https' : 'http'}://${host}`;
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '') {
    throw credentialError('host is not the address of an API server', {
      blame: 'host',
      hint: 'Write it as https://NAME:PORT, without user, password or query.',
    });
  }
  return url.href.replace(/\/+$/, '');
}

function checkPair(cert: string, key: string): void {
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    throw credentialError(
      `cert_file and key_file do not work together: ${cause instanceof Error ? cause.message : ''}`,
      { blame: 'key_file', hint: 'Name the key that belongs to the certificate.', cause },
    );
  }
}
