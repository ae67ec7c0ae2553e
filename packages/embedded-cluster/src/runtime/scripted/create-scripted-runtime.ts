import type { Clock } from '@millrace/core';
import type {
  ContainerRuntime,
  ContainerSpec,
  ResolvedImage,
  RunningContainer,
} from '../../contracts.ts';
import { imageError, startError } from '../runtime-error.ts';
import type { ContainerProgram, ImageProgram } from './container-program.ts';
import { playContainer } from './scripted-container.ts';

/** What a scripted runtime plays. */
export interface ScriptedRuntimeOptions {
  readonly clock: Clock;
  /** By image name; an image that is not listed is there at once. */
  readonly images?: Readonly<Record<string, ImageProgram>>;
  /** The program of one life of a container. @param life - 0 for the first start of this container of this pod */
  readonly program?: (spec: ContainerSpec, life: number) => ContainerProgram;
}

/** Containers without processes: what they do and when is a program, so faults come at will and at exact times. */
export function createScriptedRuntime({
  clock,
  images = {},
  program = () => ({}),
}: ScriptedRuntimeOptions): ContainerRuntime {
  const pulls = new Map<string, number>();
  const lives = new Map<string, number>();
  const running = new Set<RunningContainer>();
  let count = 0;
  const resolveImage = async (
    name: string,
    _policy: string,
    signal: AbortSignal,
  ): Promise<ResolvedImage> => {
    const { pullDelay = 0, pullError } = images[name] ?? {};
    if (pullDelay > 0) await clock.sleep(pullDelay, { signal });
    const pull = (pulls.get(name) ?? 0) + 1;
    pulls.set(name, pull);
    if (pullError !== undefined && pull <= (pullError.times ?? Number.POSITIVE_INFINITY))
      throw imageError(pullError.reason, pullError.message);
    return {
      name,
      id: `scripted:${name}`,
      entrypoint: [],
      command: [],
      environment: {},
      workingDirectory: '/',
      user: '',
    };
  };
  const start = async (spec: ContainerSpec, signal: AbortSignal): Promise<RunningContainer> => {
    const key = `${spec.podUid}/${spec.name}`;
    const life = lives.get(key) ?? 0;
    const script = program(spec, life);
    if (script.startDelay !== undefined) await clock.sleep(script.startDelay, { signal });
    if (script.neverStarts === true) await aborted(signal);
    signal.throwIfAborted();
    if (script.startError !== undefined)
      throw startError(script.startError.reason, script.startError.message);
    lives.set(key, life + 1);
    count += 1;
    const container = playContainer(clock, `scripted-${count}`, spec, script);
    running.add(container);
    void container.exit.then(() => running.delete(container));
    return container;
  };
  return {
    name: 'scripted',
    limits: ['containers are scripted: nothing is executed'],
    resolveImage,
    start,
    dispose: async () => {
      const ending = [...running];
      for (const container of ending) container.signal('SIGKILL');
      await Promise.all(ending.map((container) => container.exit));
    },
  };
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
