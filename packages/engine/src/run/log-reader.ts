import { linkSignals } from '@millrace/async';
import {
  takenOffset,
  takenPlace,
  toRunnerError,
  type LogGap,
  type LogPlace,
  type LogStream,
  type RunnerError,
  type Unit,
} from '@millrace/core';
import type { UnitPorts } from './unit-ports.ts';

/** Whose log is followed. */
export interface LogSubject {
  readonly unit: Unit;
  readonly attempt: number;
  readonly podName: string;
  readonly container: string;
  /** Resolves when the container's end is known; from then on its log has an end too. */
  readonly ended: Promise<unknown>;
}

/** What following a log needs. */
export interface LogPorts extends Pick<UnitPorts, 'api' | 'clock' | 'adopted' | 'emit'> {
  readonly plan: { readonly job: Pick<UnitPorts['plan']['job'], 'namespace'> };
  readonly limits: Pick<
    UnitPorts['limits'],
    'logEndLag' | 'logDrain' | 'logPatience' | 'lookAgain'
  >;
}

/** How one reading of the log came to its end. */
export type Reading =
  /** The server said that this is the end. */
  | { readonly how: 'ended' }
  /** The container has ended, and nothing came for a while. */
  | { readonly how: 'silent' }
  | { readonly how: 'failed'; readonly error: RunnerError };

/** Tells in the log of a container that nobody can read any more that a part of it is missing. */
export function sayLogLost(
  { adopted, emit }: Pick<LogPorts, 'adopted' | 'emit'>,
  { unit, attempt }: Pick<LogSubject, 'unit' | 'attempt'>,
  why: string,
): Promise<void> {
  const offset = adopted === undefined ? 0 : takenOffset(adopted, unit.id, attempt);
  const bytes = new TextEncoder().encode(`${lostWords(offset, why)}\n`);
  return emit({ type: 'output', unit, attempt, bytes, offset: undefined });
}

const lostWords = (offset: number, why: string): string =>
  `WARNING: the log may be incomplete from byte ${offset} on: ${why}`;

/** Reads one log, in as many readings as it takes. */
export class LogReader {
  readonly #ports: LogPorts;
  readonly #subject: LogSubject;
  #offset: number;
  #place: LogPlace | undefined;
  /** Bytes that were taken and come again, where only their number is known. */
  #known = 0;
  #ended = false;
  #lineIsOpen = false;
  #said: LogGap | undefined;
  /** Of the monotonic clock: when the last piece was handed on. */
  progressAt: number = Number.NEGATIVE_INFINITY;

  constructor(ports: LogPorts, subject: LogSubject) {
    const { unit, attempt, ended } = subject;
    const taken = ports.adopted ?? { output: {}, events: [] };
    this.#ports = ports;
    this.#subject = subject;
    this.#offset = takenOffset(taken, unit.id, attempt);
    this.#place = takenPlace(taken, unit.id, attempt);
    void ended.then(() => void (this.#ended = true));
  }

  async read(follow: boolean, signal: AbortSignal): Promise<Reading> {
    const { api, clock, limits, plan } = this.#ports;
    const { podName, container, ended } = this.#subject;
    if (this.#place === undefined) this.#known = this.#offset;
    const reading = linkSignals(signal);
    let cancelTimer = (): void => undefined;
    let waits = true;
    const waitOn = (): void => {
      cancelTimer();
      if (!this.#ended || !waits) return;
      cancelTimer = clock.after(limits.logDrain, () => {
        reading.abort(silence);
      });
    };
    const stream = api.logs(
      {
        namespace: plan.job.namespace,
        pod: podName,
        container,
        follow,
        ...(this.#place === undefined ? {} : { after: this.#place }),
      },
      { signal: reading.signal },
    );
    try {
      void ended.then(waitOn);
      for await (const bytes of stream) {
        waits = false;
        cancelTimer();
        await this.#take(bytes, stream);
        waits = true;
        waitOn();
      }
      await this.#sayGap(stream.gap());
      return { how: 'ended' };
    } catch (thrown) {
      return reading.signal.reason === silence
        ? { how: 'silent' }
        : { how: 'failed', error: toRunnerError(thrown) };
    } finally {
      waits = false;
      cancelTimer();
      reading.dispose();
    }
  }

  /** The whole log was read. */
  async finish(): Promise<void> {
    if (this.#known > 0)
      await this.sayLost('less is there than was read before: the kubelet has rotated the log');
  }

  /** Tells in the log that a part of it is missing. */
  sayLost(why: string): Promise<void> {
    return this.#say(lostWords(this.#offset, why));
  }

  async #take(bytes: Uint8Array, stream: LogStream): Promise<void> {
    await this.#sayGap(stream.gap());
    const place = stream.place();
    const again = Math.min(this.#known, bytes.length);
    this.#known -= again;
    this.#place = place ?? this.#place;
    const fresh = bytes.subarray(again);
    if (fresh.length === 0) return;
    const { unit, attempt } = this.#subject;
    await this.#ports.emit({
      type: 'output',
      unit,
      attempt,
      bytes: fresh,
      offset: this.#offset,
      ...(place === undefined ? {} : { place }),
    });
    this.#offset += fresh.length;
    this.#lineIsOpen = fresh.at(-1) !== newline;
    this.progressAt = this.#ports.clock.monotonic();
  }

  async #sayGap(gap: LogGap | undefined): Promise<void> {
    if (gap === undefined || gap === this.#said) return;
    this.#said = gap;
    const until = gap.until === undefined ? '' : ` and before ${gap.until}`;
    await this.#say(
      `WARNING: lines written after ${gap.after}${until} may be missing: the kubelet has rotated the log`,
    );
  }

  async #say(text: string): Promise<void> {
    const { unit, attempt } = this.#subject;
    const line = `${this.#lineIsOpen ? '\n' : ''}${text}\n`;
    this.#lineIsOpen = false;
    const bytes = new TextEncoder().encode(line);
    await this.#ports.emit({ type: 'output', unit, attempt, bytes, offset: undefined });
  }
}

const newline = 0x0a;
const silence = new Error('nothing comes any more');
