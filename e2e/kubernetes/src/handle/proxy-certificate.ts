import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../cluster/run-program.ts';

/** PEM of a certificate that signs itself, for `127.0.0.1`. */
export interface ProxyCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** Makes a certificate for a proxy in front of an API server. */
export async function makeProxyCertificate(): Promise<ProxyCertificate> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-proxy-'));
  const [certificate, key] = [join(folder, 'crt'), join(folder, 'key')];
  try {
    await runProgram(
      'openssl',
      [
        ['req', '-x509', '-new', '-sha256', '-nodes', '-days', '2'],
        ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
        ['-subj', '/CN=millrace-e2e-proxy', '-addext', 'subjectAltName=IP:127.0.0.1'],
        ['-keyout', key, '-out', certificate],
      ].flat(),
    );
    return { certificate: await readFile(certificate, 'utf8'), key: await readFile(key, 'utf8') };
  } finally {
    await rm(folder, { recursive: true });
  }
}
