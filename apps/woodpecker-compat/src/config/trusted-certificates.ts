import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ConfigProblems } from '@millrace/config';

const variable = 'SSL_CERT_FILE';
const begin = '-----BEGIN CERTIFICATE-----';

/**
 * Looks at the file of certificates that the environment tells programs to trust. It is read without a word where connections
 * are made, and a server that is not trusted for want of it would be a riddle.
 */
export async function checkTrustedCertificates(
  environment: Readonly<Record<string, string | undefined>>,
  problems: ConfigProblems,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  const file = environment[variable] ?? '';
  if (file === '') return;
  const wrong = (message: string): void =>
    problems.error({
      path: [variable],
      message,
      hint: 'name a PEM file with the certificates of the authorities to trust, or unset the variable',
    });
  try {
    const text = await readFile(file, { encoding: 'utf8', signal });
    const [, ...certificates] = text.split(begin);
    if (certificates.length === 0) wrong(`${file} has no certificate`);
    for (const certificate of certificates) new X509Certificate(`${begin}${certificate}`);
  } catch (cause) {
    signal.throwIfAborted();
    wrong(`${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}
