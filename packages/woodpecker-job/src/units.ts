import type {
  ContainerRequest,
  ContainerRole,
  ImageRequest,
  RunCondition,
  Unit,
} from '@millrace/core';
import type { JobContext, PlacedStep } from './job-context.ts';
import { stepLabels } from './labels.ts';
import { registrySecretOf } from './names.ts';
import { needsDirectory } from './permissions.ts';
import type { Step } from './payload/payload.ts';
import { receivesSources, receiveSources } from './received-sources.ts';
import type { WoodpeckerJobSettings } from './settings.ts';

/** One unit for each step. */
export const stepUnits = (
  { steps, workflow, options }: JobContext,
  settings: WoodpeckerJobSettings,
): readonly Unit[] =>
  steps.map((placed) => {
    const unit = stepUnit(placed, workflow.timeoutSeconds, settings);
    const { sources } = options;
    if (sources === undefined || !receivesSources(placed, options)) return unit;
    return {
      ...unit,
      containers: unit.containers.map((container) => ({
        ...container,
        driven: container.name === placed.podName,
      })),
      work: receiveSources(placed, sources),
    };
  });

function stepUnit(
  { step, unit, podName, after }: PlacedStep,
  timeoutSeconds: number,
  settings: WoodpeckerJobSettings,
): Unit {
  const background = step.detach || step.type === 'service';
  return {
    id: unit,
    title: step.name,
    after,
    on: conditionOf(step),
    background,
    // How a background step ends never changes the course of a workflow; that it starts does, for all steps.
    countsAsFailure: !background && step.failure !== 'ignore',
    mustStart: true,
    // What is wrong with a step is its own failure: those before it run, and those that run on failure too.
    refusedAlone: true,
    recreate: { when: 'never' },
    // Woodpecker has no limit of its own for the start.
    startTimeoutSeconds: timeoutSeconds,
    stopGraceSeconds: settings.stopTimeout,
    podName,
    labels: stepLabels(step, podName, settings.userLabels),
    containers: containersOf(step, podName, settings),
    work: { kind: 'container', container: podName },
  };
}

function conditionOf({ onSuccess, onFailure }: Step): RunCondition {
  if (onSuccess) return onFailure ? 'always' : 'success';
  return onFailure ? 'failure' : 'never';
}

const roles: Readonly<Record<string, ContainerRole>> = { service: 'service', clone: 'clone' };

function containersOf(
  step: Step,
  podName: string,
  { permissionImage }: WoodpeckerJobSettings,
): readonly ContainerRequest[] {
  const usual = { driven: false, variables: [], rank: 0 };
  return [
    ...(needsDirectory(step)
      ? [
          {
            ...usual,
            name: initContainerOf(podName),
            role: 'init' as const,
            init: true,
            image: { name: permissionImage, pullPolicies: ['Always'] },
          },
        ]
      : []),
    {
      ...usual,
      name: podName,
      role: roles[step.type] ?? 'step',
      init: false,
      image: imageOf(step),
    },
  ];
}

/** Name of the container that makes the working directory. */
export const initContainerOf = (podName: string): string => `init-${podName}`;

function imageOf(step: Step): ImageRequest {
  const { username, password } = step.login;
  return {
    name: step.image,
    ...(step.pull ? { pullPolicies: ['Always'] } : {}),
    ...(username === '' || password === ''
      ? {}
      : { login: { username, password, secretName: registrySecretOf(step) } }),
  };
}
