import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addresses, nodeName } from './layout.ts';
import { runProgram } from './run-program.ts';

/** Files of one certificate. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** Everything the parts identify themselves with, below one folder. */
export interface Certificates {
  readonly authority: Certificate;
  readonly apiServer: Certificate;
  readonly kubelet: Certificate;
  /** The API server as a client of the kubelet. */
  readonly kubeletClient: Certificate;
  /** Signs the tokens of service accounts. */
  readonly accounts: { readonly publicKey: string; readonly privateKey: string };
}

const days = '30';

/** Makes an authority and what it signs. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  const files = (name: string): Certificate => ({
    certificate: join(folder, `${name}.crt`),
    key: join(folder, `${name}.key`),
  });
  const authority = files('authority');
  await newKey(authority.key);
  await runProgram(
    'openssl',
    [
      ['req', '-x509', '-new', '-sha256', '-days', days, '-subj', '/CN=millrace-e2e-authority'],
      ['-key', authority.key, '-out', authority.certificate],
      ['-addext', 'basicConstraints=critical,CA:TRUE'],
      ['-addext', 'keyUsage=critical,keyCertSign,cRLSign,digitalSignature'],
    ].flat(),
  );
  const sign = async (name: string, subject: string, names = ''): Promise<Certificate> => {
    const { certificate, key } = files(name);
    const extensions = join(folder, `${name}.ext`);
    await newKey(key);
    await writeFile(
      extensions,
      [
        'keyUsage=critical,digitalSignature',
        'extendedKeyUsage=serverAuth,clientAuth',
        ...(names === '' ? [] : [`subjectAltName=${names}`]),
      ].join('\n'),
    );
    const request = await runProgram('openssl', ['req', '-new', '-key', key, '-subj', subject]);
    await runProgram(
      'openssl',
      [
        ['x509', '-req', '-sha256', '-days', days, '-CAcreateserial', '-extfile', extensions],
        ['-CA', authority.certificate, '-CAkey', authority.key, '-out', certificate],
      ].flat(),
      { input: request },
    );
    return { certificate, key };
  };
  const service = ['', '.default', '.default.svc', '.default.svc.cluster.local'];
  const own = [addresses.api.host, addresses.node, addresses.apiService].map((ip) => `IP:${ip}`);
  const accounts = {
    publicKey: join(folder, 'accounts.pub'),
    privateKey: join(folder, 'accounts.key'),
  };
  await newKey(accounts.privateKey);
  await runProgram('openssl', [
    'ec',
    '-pubout',
    '-in',
    accounts.privateKey,
    '-out',
    accounts.publicKey,
  ]);
  return {
    authority,
    accounts,
    apiServer: await sign(
      'api-server',
      '/CN=kube-apiserver',
      [...own, 'DNS:localhost', ...service.map((suffix) => `DNS:kubernetes${suffix}`)].join(','),
    ),
    kubelet: await sign('kubelet', `/CN=${nodeName}`, `IP:${addresses.node},DNS:${nodeName}`),
    kubeletClient: await sign('kubelet-client', '/O=system:masters/CN=kube-apiserver'),
  };
}

const newKey = (file: string): Promise<string> =>
  runProgram('openssl', ['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', file]);
