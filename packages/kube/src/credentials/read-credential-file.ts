import { readFile } from 'node:fs/promises';
import { credentialError } from './credential-error.ts';

/** Which setting named a file, and what must be in it. */
export interface CredentialFile {
  readonly setting: string;
  readonly path: string;
  readonly holds: 'certificate' | 'key' | 'token';
}

const pemHeader = {
  certificate: /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/,
  key: /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----/,
} as const;

/**
 * Reads one credential file.
 * @throws RunnerError `MILLRACE_E_KUBE_CREDENTIALS` naming the setting and the file. GitLab Runner panics on an
 *   unreadable `ca_file` and hides the cause; this is the message it lacks.
 */
export async function readCredentialFile(
  file: CredentialFile,
  { signal }: { readonly signal: AbortSignal },
): Promise<string> {
  const { setting, path, holds } = file;
  const text = await readFile(path, { encoding: 'utf8', signal }).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw credentialError(`${setting}: cannot read ${path}: ${errorCode(cause)}`, {
      blame: setting,
      hint: 'Check that the file exists and that this process may read it.',
      cause,
      details: { file: path },
    });
  });
  if (holds === 'token' ? text.trim() === '' : !pemHeader[holds].test(text)) {
    const what = holds === 'token' ? 'a token' : `a PEM ${holds}`;
    throw credentialError(`${setting}: ${path} does not hold ${what}`, {
      blame: setting,
      hint: `Put ${what} into the file, or name another file.`,
      details: { file: path },
    });
  }
  return holds === 'token' ? text.trim() : text;
}

function errorCode(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
}
