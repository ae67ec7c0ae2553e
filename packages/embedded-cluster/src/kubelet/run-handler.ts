import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import type { Clock } from '@millrace/core';
import type { RunningContainer } from '../contracts.ts';
import { presentedVersion } from '../presented-version.ts';
import type { Container, Handler, HttpGet } from './pod-types.ts';

/** Outcome of a probe or lifecycle hook; `output` is worded as the kubelet's events are. */
export interface HandlerResult {
  readonly ok: boolean;
  readonly output: string;
}

const mostOutput = 10 * 1024;

/** Runs the action of a probe or hook against a running container. Aborting counts as failure. */
export async function runHandler(
  clock: Clock,
  container: Container,
  running: RunningContainer,
  handler: Handler,
  signal: AbortSignal,
): Promise<HandlerResult> {
  if (handler.exec !== undefined) return runCommand(running, handler.exec.command ?? [], signal);
  if (handler.httpGet !== undefined) return getPage(container, handler.httpGet, signal);
  if (handler.tcpSocket !== undefined)
    return openSocket(
      handler.tcpSocket.host ?? '127.0.0.1',
      portOf(container, handler.tcpSocket.port),
      signal,
    );
  if (handler.sleep !== undefined) await clock.sleep(handler.sleep.seconds * 1000, { signal });
  return { ok: true, output: '' };
}

const portOf = (container: Container, port: number | string): number =>
  typeof port === 'number'
    ? port
    : (container.ports?.find(({ name }) => name === port)?.containerPort ?? Number(port));

async function runCommand(
  running: RunningContainer,
  command: readonly string[],
  signal: AbortSignal,
): Promise<HandlerResult> {
  const process = await running.exec(command, {
    stdin: false,
    stdout: true,
    stderr: true,
    tty: false,
  });
  signal.addEventListener('abort', process.kill, { once: true });
  if (signal.aborted) process.kill();
  try {
    const [output, errors, exit] = await Promise.all([
      textOf(process.stdout),
      textOf(process.stderr),
      process.exit,
    ]);
    return { ok: exit.exitCode === 0 && !signal.aborted, output: output + errors };
  } finally {
    signal.removeEventListener('abort', process.kill);
  }
}

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of stream)
    if (text.length < mostOutput) text += Buffer.from(chunk).toString('utf8');
  return text.slice(0, mostOutput);
}

const complaint = (error: NodeJS.ErrnoException, at: string): string =>
  error.code === 'ECONNREFUSED' ? `dial tcp ${at}: connect: connection refused` : error.message;

function getPage(container: Container, get: HttpGet, signal: AbortSignal): Promise<HandlerResult> {
  const port = portOf(container, get.port);
  const hostname = get.host ?? '127.0.0.1';
  const secure = get.scheme?.toUpperCase() === 'HTTPS';
  const path =
    get.path === undefined || get.path === ''
      ? '/'
      : get.path.startsWith('/')
        ? get.path
        : `/${get.path}`;
  const url = `${secure ? 'https' : 'http'}://${hostname}:${port}${path}`;
  const headers = Object.fromEntries(
    (get.httpHeaders ?? []).map(({ name, value }) => [name, value]),
  );
  return new Promise((resolve) => {
    const send = secure ? httpsRequest : httpRequest;
    const call = send(
      {
        hostname,
        port,
        path,
        signal,
        agent: false,
        rejectUnauthorized: false,
        headers: {
          'user-agent': `kube-probe/${presentedVersion.major}.${presentedVersion.minor}`,
          accept: '*/*',
          ...headers,
        },
      },
      (response) => {
        const code = response.statusCode ?? 0;
        response.resume();
        const ok = code >= 200 && code < 400;
        resolve({ ok, output: ok ? '' : `HTTP probe failed with statuscode: ${code}` });
      },
    );
    call.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ ok: false, output: `Get "${url}": ${complaint(error, `${hostname}:${port}`)}` }),
    );
    call.end();
  });
}

function openSocket(host: string, port: number, signal: AbortSignal): Promise<HandlerResult> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, signal });
    socket.once('connect', () => {
      socket.destroy();
      resolve({ ok: true, output: '' });
    });
    socket.once('error', (error: NodeJS.ErrnoException) =>
      resolve({ ok: false, output: complaint(error, `${host}:${port}`) }),
    );
  });
}
