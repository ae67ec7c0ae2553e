import { toRunnerError } from '@millrace/core';
import type { ResolvedImage } from '../contracts.ts';
import { podLabel, type PodContext } from './pod-context.ts';
import type { Container } from './pod-types.ts';

const firstDelay = 10_000;
const longestDelay = 300_000;
/** How long the error itself is shown before the back-off is. */
const errorShown = 1000;

const policyOf = (container: Container): string => {
  if (container.imagePullPolicy !== undefined) return container.imagePullPolicy;
  const last = container.image.slice(container.image.lastIndexOf('/') + 1);
  return !/[:@]/u.test(last) || last.endsWith(':latest') ? 'Always' : 'IfNotPresent';
};

/** Gets a container's image, again and again with growing delays as a kubelet does, until the signal aborts. */
export async function haveImage(
  context: PodContext,
  container: Container,
  signal: AbortSignal,
): Promise<ResolvedImage> {
  const { parts, events } = context;
  const { image, name } = container;
  const policy = policyOf(container);
  for (let delay = firstDelay; ; delay = Math.min(delay * 2, longestDelay)) {
    const began = parts.clock.monotonic();
    if (policy === 'Always') events.say('Normal', 'Pulling', `Pulling image "${image}"`, name);
    try {
      const resolved = await parts.runtime.resolveImage(image, policy, signal);
      const took = Math.round(parts.clock.monotonic() - began);
      const pulled = `Successfully pulled image "${image}" in ${took}ms (${took}ms including waiting). Image size: 0 bytes.`;
      events.say(
        'Normal',
        'Pulled',
        policy === 'Always' ? pulled : `Container image "${image}" already present on machine`,
        name,
      );
      if (resolved.warning !== undefined) parts.warnOnce(resolved.warning);
      return resolved;
    } catch (error) {
      signal.throwIfAborted();
      await sayPullError(context, container, toRunnerError(error), delay, signal);
    }
  }
}

async function sayPullError(
  context: PodContext,
  container: Container,
  error: { readonly reason: string; readonly message: string },
  delay: number,
  signal: AbortSignal,
): Promise<void> {
  const { book, events, parts } = context;
  const { image, name } = container;
  const { message } = error;
  const wait = (reason: string, text: string): void =>
    book.change(name, { state: { waiting: { reason, message: text } } });
  const fail = (reason: string, text: string): void => events.say('Warning', reason, text, name);
  if (error.reason === 'InvalidImageName') {
    fail('InspectFailed', `Failed to apply default image tag "${image}": ${message}`);
    fail('Failed', 'Error: InvalidImageName');
    wait('InvalidImageName', `Failed to apply default image tag "${image}": ${message}`);
  } else if (error.reason === 'ErrImageNeverPull') {
    fail('ErrImageNeverPull', message);
    fail('Failed', 'Error: ErrImageNeverPull');
    wait('ErrImageNeverPull', message);
  } else {
    fail('Failed', `Failed to pull image "${image}": ${message}`);
    fail('Failed', 'Error: ErrImagePull');
    wait('ErrImagePull', message);
    if (error.reason !== 'ImagePullBackOff') await parts.clock.sleep(errorShown, { signal });
    events.say('Normal', 'BackOff', `Back-off pulling image "${image}"`, name);
    fail('Failed', 'Error: ImagePullBackOff');
    wait('ImagePullBackOff', `Back-off pulling image "${image}": ErrImagePull: ${message}`);
    await parts.clock.sleep(delay - errorShown, { signal });
    return;
  }
  parts.logger.debug('image refused', { pod: podLabel(context.pod()), image });
  await parts.clock.sleep(firstDelay, { signal });
}
