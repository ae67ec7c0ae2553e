import { createHash, randomBytes } from 'node:crypto';

/** 128 bits, so that nobody in the pod can know what a later stage will be called. */
export const newSeed = (): string => randomBytes(16).toString('hex');

/**
 * What identifies a stage in its pod. Derived, so that a process that has only the first record of a job knows it: no
 * stage needs a write of its own before it starts. Pure.
 */
export function stageNonce(
  seed: string,
  stage: { readonly unit: string; readonly attempt: number; readonly name: string },
): string {
  const { unit, attempt, name } = stage;
  return createHash('sha256')
    .update(JSON.stringify([seed, unit, attempt, name]))
    .digest('hex')
    .slice(0, 32);
}
