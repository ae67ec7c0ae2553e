import { X509Certificate } from 'node:crypto';
import {
  checkServerIdentity,
  createSecureContext,
  getCACertificates,
  type DetailedPeerCertificate,
  type SecureContext,
} from 'node:tls';
import type { TlsMaterial } from './tls-files.ts';
import type { ServerTls } from './transport.ts';

/** TLS settings of one set of files, and what connections under them taught about the server. */
export interface TlsIdentity {
  /** For undici's connector. */
  readonly connectOptions: {
    readonly secureContext: SecureContext;
    readonly checkServerIdentity: typeof checkServerIdentity;
  };
  readonly facts: () => ServerTls;
}

/**
 * Made once for many connections: parsing the system's authorities takes longer than a handshake.
 * @param complain - gets a sentence for each file that is there and cannot be used; it is left out then
 */
export function createTlsIdentity(
  material: TlsMaterial,
  complain: (message: string) => void,
): TlsIdentity {
  const ca = usableAuthority(material.ca, complain);
  const pair = usablePair(material, complain);
  const secureContext = createSecureContext({
    ca: [...trustedAuthorities(), ...(ca === undefined ? [] : [ca])],
    ...pair,
    minVersion: 'TLSv1.2',
  });
  let chain: string | undefined;
  return {
    connectOptions: {
      secureContext,
      checkServerIdentity: (host, certificate) => {
        const fault = checkServerIdentity(host, certificate);
        if (fault === undefined) chain = chainOf(certificate as DetailedPeerCertificate);
        return fault;
      },
    },
    facts: () => {
      const authority = ca ?? chain;
      return {
        ...(authority === undefined ? {} : { ca: authority }),
        ...(pair.cert === undefined ? {} : { certificate: pair.cert, key: pair.key }),
      };
    },
  };
}

/** The system's, as Go trusts them; Node's own where the system has none. */
function trustedAuthorities(): readonly string[] {
  const system = getCACertificates('system');
  return system.length > 0 ? [...system, ...getCACertificates('extra')] : getCACertificates();
}

function usableAuthority(
  pem: string | undefined,
  complain: (message: string) => void,
): string | undefined {
  if (pem === undefined) return undefined;
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  if (blocks.some(isCertificate)) return pem;
  complain('Failed to parse PEM in tls-ca-file');
  return undefined;
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}

function usablePair(
  { certificate, key }: TlsMaterial,
  complain: (message: string) => void,
): { readonly cert: string; readonly key: string } | { readonly cert?: never } {
  if (certificate === undefined || key === undefined) return {};
  try {
    createSecureContext({ cert: certificate, key });
    return { cert: certificate, key };
  } catch {
    complain('Failed to load tls-cert-file and tls-key-file as a pair');
    return {};
  }
}

/** The certificates that the server was trusted by, its own first, as PEM. */
function chainOf(leaf: DetailedPeerCertificate): string {
  const seen = new Set<string>();
  const blocks: string[] = [];
  // A root is its own issuer; an incomplete chain ends without one, whatever the types say.
  let next: Partial<Pick<DetailedPeerCertificate, 'issuerCertificate'>> &
    Pick<DetailedPeerCertificate, 'fingerprint256' | 'raw'> = leaf;
  while (!seen.has(next.fingerprint256)) {
    seen.add(next.fingerprint256);
    const lines = next.raw.toString('base64').match(/.{1,64}/g) ?? [];
    blocks.push(`-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`);
    if (next.issuerCertificate === undefined) break;
    next = next.issuerCertificate;
  }
  return blocks.join('');
}
