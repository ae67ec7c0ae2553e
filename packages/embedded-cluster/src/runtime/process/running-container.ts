import type { ChildProcess } from 'node:child_process';
import type {
  ContainerProcess,
  ContainerSpec,
  ExecOptions,
  ProcessExit,
  RunningContainer,
} from '../../contracts.ts';
import { createContainerOutput } from '../container-output.ts';
import { writeInput } from './child-process.ts';
import type { Pipe } from './pipe-pool.ts';
import type { ProcessHost } from './process-host.ts';
import { closeWhenSilent, readChunks } from './read-stream.ts';

/** Our ends of a container's standard streams. */
export interface ContainerPipes {
  readonly input: Pipe | undefined;
  readonly output: Pipe;
  readonly errors: Pipe;
}

/** Opens the streams of a container. */
export async function openContainerPipes(
  host: ProcessHost,
  spec: ContainerSpec,
): Promise<ContainerPipes> {
  return {
    input: spec.stdin || spec.tty ? await host.pipes.open('to-child') : undefined,
    output: await host.pipes.open('from-child'),
    errors: await host.pipes.open('from-child'),
  };
}

/** Gives up streams of a container that did not start. */
export function closeContainerPipes(pipes: ContainerPipes): void {
  for (const pipe of [pipes.input, pipes.output, pipes.errors]) pipe?.ours.destroy();
}

/** What differs between ways of running a container. */
export interface ContainerParts {
  readonly id: string;
  readonly child: ChildProcess;
  readonly ended: Promise<ProcessExit>;
  readonly signal: RunningContainer['signal'];
  readonly exec: RunningContainer['exec'];
  /** Where the container has an `/etc/hosts` of its own. */
  readonly changeHosts?: (aliases: ContainerSpec['hostAliases']) => void;
  /** Gives the container's own terminal another size. */
  readonly resize: (columns: number, rows: number) => void;
  /** Removes what the container leaves; runs when it has ended. */
  readonly cleanUp: () => void;
}

/** Joins a started process with its log. Its `exit` comes once the log is complete. */
export function superviseContainer(
  host: ProcessHost,
  spec: ContainerSpec,
  pipes: ContainerPipes,
  parts: ContainerParts,
): RunningContainer {
  const log = createContainerOutput(spec, host.clock.now);
  const pump = async (stream: 'stdout' | 'stderr', pipe: Pipe): Promise<void> => {
    for await (const chunk of readChunks(pipe.ours)) await log.write(stream, chunk);
  };
  const pumped = Promise.all([pump('stdout', pipes.output), pump('stderr', pipes.errors)]);
  const finish = async (): Promise<ProcessExit> => {
    try {
      const ended = await parts.ended;
      pipes.input?.ours.destroy();
      closeWhenSilent(pipes.output.ours, host.clock);
      closeWhenSilent(pipes.errors.ours, host.clock);
      await pumped;
      return ended;
    } finally {
      log.end();
      parts.cleanUp();
    }
  };
  const exit = finish();
  exit.catch((error: unknown) =>
    host.logger.error('container lost', { container: spec.name, error }),
  );
  const attach = (options: ExecOptions): Promise<ContainerProcess> => {
    const output = log.attach();
    if (!options.stdout) void drain(output.stdout);
    if (!options.stderr) void drain(output.stderr);
    return Promise.resolve({
      stdout: options.stdout ? output.stdout : ended(),
      stderr: options.stderr ? output.stderr : ended(),
      write: (data) =>
        options.stdin && pipes.input !== undefined
          ? writeInput(pipes.input.ours, data)
          : Promise.resolve(),
      // Whoever leaves takes the input with them only if the container asked for that.
      endInput: () => void (options.stdin && spec.stdinOnce && pipes.input?.ours.end()),
      resize: (columns, rows) => {
        if (spec.tty) parts.resize(columns, rows);
      },
      exit,
      kill: output.detach,
    });
  };
  const { id, signal, exec, changeHosts } = parts;
  return { id, exit, signal, exec, attach, ...(changeHosts === undefined ? {} : { changeHosts }) };
}

async function drain(stream: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _chunk of stream) continue;
}

async function* ended(): AsyncGenerator<Uint8Array, void> {
  // a stream that nobody asked for
}
