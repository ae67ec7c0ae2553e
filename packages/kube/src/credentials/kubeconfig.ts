import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { ConnectionFacts, KubeconfigRequest } from './connection-facts.ts';
import { credentialError } from './credential-error.ts';
import type { ChildAnswer } from './kubeconfig-answer.ts';
import { inheritedNodeOptions } from './inherited-node-options.ts';

/** A credential plugin that asks for a browser or a password would wait for ever. */
const timeLimit = 60_000;

/**
 * Resolves a kubeconfig, its certificates and its credential plugins in a child process. The request goes in and the
 * result comes out on pipes; no secret appears in arguments, environment or output.
 */
export async function resolveKubeconfig(
  request: KubeconfigRequest,
  { signal }: { readonly signal: AbortSignal },
): Promise<ConnectionFacts> {
  const answer = await askChild(request, signal);
  if ('facts' in answer) return answer.facts;
  const { file, message } = answer.failure;
  throw credentialError(`kubeconfig ${file}: ${message}`, {
    blame: 'kubeconfig',
    hint: answer.failure.hint,
    details: { file, ...(request.context && { context: request.context }) },
  });
}

async function askChild(request: KubeconfigRequest, signal: AbortSignal): Promise<ChildAnswer> {
  const source = fileURLToPath(new URL('./kubeconfig-child.ts', import.meta.url));
  const script = import.meta.url.endsWith('.ts') ? source : source.replace(/\.ts$/, '.js');
  const child = spawn(process.execPath, [...inheritedNodeOptions(process.execArgv), script], {
    // Descriptor 3 carries the answer: standard output belongs to whatever the plugins print.
    stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
    env: { ...request.env },
    // A process group of its own, so that its end is also that of the plugin.
    detached: true,
  });
  const kill = (): void => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  };
  const timer = setTimeout(kill, timeLimit);
  signal.addEventListener('abort', kill, { once: true });
  const ended = new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, reason) => resolve(reason ?? `code ${code}`));
  });
  // The child may end without reading; its missing answer tells.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(JSON.stringify(request));
  try {
    const [answer, how] = await Promise.all([text(child.stdio[3] as Readable), ended]);
    signal.throwIfAborted();
    return answer === '' ? noAnswer(request, how) : (JSON.parse(answer) as ChildAnswer);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', kill);
  }
}

function noAnswer({ file = 'default' }: KubeconfigRequest, how: string): ChildAnswer {
  const message = `no credential: the process that reads it ended with ${how}`;
  const hint = `Run kubectl with this kubeconfig; a credential plugin must answer within ${timeLimit / 1000} s without asking anybody.`;
  return { failure: { file, message, hint } };
}
