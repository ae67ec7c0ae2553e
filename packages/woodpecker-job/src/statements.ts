import type { Decision, Statement } from '@millrace/core';
import { dnsLabelErrors, labelValueErrors, woodpeckerDnsName } from '@millrace/kube-objects';
import { stepEnvironment } from './environment/step-environment.ts';
import type { JobContext, PlacedStep } from './job-context.ts';
import { maskedVariables } from './masks.ts';
import { volumeOf } from './native-secrets.ts';
import { claimMounts } from './permissions.ts';
import { pluginName } from './plugin-name.ts';
import type { WoodpeckerJobSettings } from './settings.ts';

/** What there is to say about a step beside its pod. */
export const stepStatements = (
  placed: PlacedStep,
  context: JobContext,
  settings: WoodpeckerJobSettings,
): readonly (Statement | Decision)[] => [
  ...badNames(placed),
  ...badVolumes(placed, settings),
  ...leaks(placed, context),
];

/** Longest name of a service: behind `wp-svc-`, the uuid and a dash it has to fit into a DNS label. */
const longest = 63;

/** Woodpecker's rules allow names that the API server refuses, of services above all (woodpecker/009). */
function badNames({ step, podName }: PlacedStep): readonly Statement[] {
  const [fault] = [
    ...dnsLabelErrors(podName),
    ...(step.type === 'service' ? labelValueErrors(podName) : []),
  ];
  if (fault === undefined) return [];
  const room = Math.max(0, longest - `wp-svc-${step.uuid}-`.length);
  return [
    {
      kind: 'warn',
      code: 'job.bad-name',
      text: `step ${step.name}: the API server will refuse the pod: no container can be named ${podName}: ${fault}; name the step with at most ${room} letters, digits and dashes`,
      values: { step: step.name, name: podName, fault },
      source: { plugin: pluginName, configPath: `name of step ${step.name}` },
    },
  ];
}

/** Volumes get the names of their claims and secrets; those of volumes must be labels, and differ (woodpecker/023, 061). */
function badVolumes(
  { step }: PlacedStep,
  { nativeSecrets }: WoodpeckerJobSettings,
): readonly Statement[] {
  const claims = claimMounts(step).map(({ claim }) => nameOrNothing(claim));
  const secrets = nativeSecrets.map(volumeOf);
  const names = [...claims, ...secrets].filter((name) => typeof name === 'string');
  return [...Map.groupBy(names, (name) => name)].flatMap(([name, { length }]): Statement[] => {
    const [fault = length > 1 ? 'two volumes have this name' : undefined] = dnsLabelErrors(name);
    if (fault === undefined) return [];
    return [
      {
        kind: 'warn',
        code: 'job.bad-volume',
        text: `step ${step.name}: the API server will refuse the pod: no volume can be named ${name}: ${fault}; name each claim and secret once, with at most ${longest} letters, digits and dashes`,
        values: { step: step.name, name, fault },
        source: { plugin: pluginName, configPath: `volumes of step ${step.name}` },
      },
    ];
  });
}

/** A claim for which there is no name refuses the step elsewhere. */
function nameOrNothing(claim: string): string | undefined {
  try {
    return woodpeckerDnsName(claim);
  } catch {
    return undefined;
  }
}

/** Hidden values in the plain environment of a pod, where whoever may read pods can read them. */
function leaks({ step }: PlacedStep, { workflow, options }: JobContext): readonly Decision[] {
  const hidden = maskedVariables(workflow).map(({ value }) => value);
  return Object.entries(stepEnvironment(step, options)).flatMap(([name, value]) => {
    if (typeof value !== 'string' || Object.hasOwn(step.secretMapping, name)) return [];
    const shown = name === 'CI_SCRIPT' ? step.commands.join('\n') : value;
    if (!hidden.some((part) => shown.includes(part))) return [];
    return [
      {
        kind: 'decision',
        subject: `variable ${name} of step ${step.name}`,
        value,
        source: { plugin: pluginName, variable: name },
        allowed: true,
        reason: 'it shows a hidden value in the plain environment of the pod',
        secret: true,
      },
    ];
  });
}
