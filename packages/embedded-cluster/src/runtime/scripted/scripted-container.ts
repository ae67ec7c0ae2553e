import { createAsyncQueue, deferred, linkSignals, type AsyncQueue } from '@millrace/async';
import type { Clock } from '@millrace/core';
import type {
  ContainerProcess,
  ContainerSpec,
  ExecOptions,
  ProcessExit,
  RunningContainer,
} from '../../contracts.ts';
import { createContainerOutput } from '../container-output.ts';
import type { ContainerProgram, ExecHandler } from './container-program.ts';

const backlog = 256;
const bytes = (data: string | Uint8Array): Uint8Array =>
  typeof data === 'string' ? Buffer.from(data) : data;

/** Plays a program from its start. Everything happens at times of the clock, so a fake one makes it repeatable. */
export function playContainer(
  clock: Clock,
  id: string,
  spec: ContainerSpec,
  program: ContainerProgram,
): RunningContainer {
  const output = createContainerOutput(spec, clock.now);
  const input = createAsyncQueue<Uint8Array>({ limit: backlog });
  const exit = deferred<Awaited<RunningContainer['exit']>>();
  const over = new AbortController();
  const end = (
    exitCode: number,
    signal: number,
    more: { readonly message?: string; readonly oomKilled?: boolean } = {},
  ): void => {
    if (over.signal.aborted) return;
    over.abort(new Error(`container ${spec.name} has ended`));
    output.end();
    exit.resolve({ exitCode, signal, ...more });
  };
  const play = async (): Promise<void> => {
    for (const step of program.steps ?? []) {
      await clock.sleep(step.after, { signal: over.signal });
      if ('log' in step) {
        void output.write(step.stream ?? 'stdout', bytes(step.log));
      } else {
        const { message, oomKilled } = step;
        end(step.exit, 0, {
          ...(message === undefined ? {} : { message }),
          ...(oomKilled === undefined ? {} : { oomKilled }),
        });
        return;
      }
    }
  };
  play().catch(() => undefined); // the container ended before its program did
  return {
    id,
    exit: exit.promise,
    signal: (name) => {
      const reaction = program.onTerminate ?? { after: 0, exit: 143 };
      if (name === 'SIGKILL') end(137, 9);
      else if (reaction !== 'ignore') clock.after(reaction.after, () => end(reaction.exit, 0));
    },
    exec: (command, options) =>
      Promise.resolve(playCommand(spec, program.exec ?? (() => 0), command, options, over.signal)),
    attach: (options) => {
      const attached = output.attach();
      return Promise.resolve({
        stdout: options.stdout ? attached.stdout : nothing(),
        stderr: options.stderr ? attached.stderr : nothing(),
        write: (data) => input.push(data) ?? Promise.resolve(),
        endInput: () => undefined,
        resize: () => undefined,
        exit: exit.promise,
        kill: attached.detach,
      });
    },
  };
}

function playCommand(
  spec: ContainerSpec,
  handler: ExecHandler,
  command: readonly string[],
  options: ExecOptions,
  container: AbortSignal,
): ContainerProcess {
  const stdin = createAsyncQueue<Uint8Array>({ limit: backlog });
  const stdout = createAsyncQueue<Uint8Array>({ limit: backlog });
  const stderr = createAsyncQueue<Uint8Array>({ limit: backlog });
  const exit = deferred<ProcessExit>();
  const linked = linkSignals(container);
  let inputEnded = !options.stdin;
  if (inputEnded) stdin.end();
  const finish = (result: ProcessExit): void => {
    linked.dispose();
    for (const stream of [stdout, stderr]) stream.end();
    exit.resolve(result);
  };
  const write =
    (stream: AsyncQueue<Uint8Array>, wanted: boolean) =>
    (data: string | Uint8Array): Promise<void> | undefined =>
      wanted && !linked.signal.aborted ? stream.push(bytes(data)) : undefined;
  linked.signal.addEventListener('abort', () => finish({ exitCode: 137, signal: 9 }), {
    once: true,
  });
  const io = {
    stdin,
    spec,
    stdout: write(stdout, options.stdout),
    stderr: write(options.tty ? stdout : stderr, options.tty ? options.stdout : options.stderr),
    signal: linked.signal,
  };
  const run = async (): Promise<void> => {
    const exitCode = await handler(command, io);
    if (!linked.signal.aborted) finish({ exitCode, signal: 0 });
  };
  run().catch((error: unknown) => {
    if (linked.signal.aborted) return;
    void io.stderr(`${error instanceof Error ? error.message : String(error)}\n`);
    finish({ exitCode: 1, signal: 0 });
  });
  return {
    stdout,
    stderr,
    write: (data) => (inputEnded ? Promise.resolve() : (stdin.push(data) ?? Promise.resolve())),
    endInput: () => {
      if (!inputEnded) stdin.end();
      inputEnded = true;
    },
    resize: () => undefined,
    exit: exit.promise,
    kill: () => linked.abort(new Error('the command was killed')),
  };
}

async function* nothing(): AsyncGenerator<Uint8Array, void> {
  // a stream that nobody asked for
}
