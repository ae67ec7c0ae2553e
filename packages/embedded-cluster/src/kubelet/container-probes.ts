import { linkSignals } from '@millrace/async';
import type { RunningContainer } from '../contracts.ts';
import type { PodContext } from './pod-context.ts';
import type { Container, Probe } from './pod-types.ts';
import { probeLoop } from './probe-loop.ts';
import { runHandler } from './run-handler.ts';

/** What the probes of a container lead to. */
export interface ProbeOutcome {
  readonly started: () => void;
  readonly ready: (ready: boolean) => void;
  /** The container has to be restarted. @param kind - `liveness` or `startup` */
  readonly unhealthy: (kind: 'liveness' | 'startup', probe: Probe) => void;
}

/** Runs the probes of one life of a container until the signal aborts; the others wait for the startup probe. */
export function startProbes(
  context: PodContext,
  container: Container,
  running: RunningContainer,
  outcome: ProbeOutcome,
  signal: AbortSignal,
): void {
  const { clock, logger } = context.parts;
  const loop = (
    label: 'Startup' | 'Readiness' | 'Liveness',
    probe: Probe,
    verdict: (healthy: boolean) => void,
    loopSignal = signal,
  ): void => {
    const attempt = (attemptSignal: AbortSignal): ReturnType<typeof runHandler> =>
      runHandler(clock, container, running, probe, attemptSignal);
    const failed = (output: string): void =>
      context.events.say(
        'Warning',
        'Unhealthy',
        `${label} probe failed: ${output}`,
        container.name,
      );
    probeLoop(clock, probe, attempt, { verdict, failed }, loopSignal).catch((error: unknown) =>
      logger.error('probe loop ended', { container: container.name, error }),
    );
  };
  const others = (): void => {
    const { readinessProbe, livenessProbe } = container;
    outcome.started();
    if (readinessProbe === undefined) outcome.ready(true);
    else loop('Readiness', readinessProbe, outcome.ready);
    if (livenessProbe !== undefined)
      loop(
        'Liveness',
        livenessProbe,
        (healthy) => healthy || outcome.unhealthy('liveness', livenessProbe),
      );
  };
  const { startupProbe } = container;
  if (startupProbe === undefined) {
    others();
    return;
  }
  const startup = linkSignals(signal);
  const verdict = (healthy: boolean): void => {
    startup.abort(new Error('the startup probe has come to its end'));
    if (healthy) others();
    else outcome.unhealthy('startup', startupProbe);
  };
  loop('Startup', startupProbe, verdict, startup.signal);
}
