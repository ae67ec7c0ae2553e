import type { FieldContribution, Precondition, Settings } from '@millrace/core';
import { resourceTypes } from '@millrace/kube-objects';
import { PLUGIN } from './plugin-name.ts';
import type { ImagesSettings } from './settings.ts';

/**
 * The configured pull secrets, then the pod's own; none when the service account brings its own (gitlab/157).
 * @param own - names of the pod's own secrets
 */
export function pullSecrets(
  settings: Settings<ImagesSettings>,
  own: readonly string[],
): readonly FieldContribution[] {
  if (settings.value.serviceAccountPullSecrets) return [];
  const configured = settings.source(['pullSecrets']);
  return [
    ...settings.value.pullSecrets.map((name) => reference(name, configured)),
    ...own.map((name) => reference(name, { plugin: PLUGIN })),
  ];
}

const reference = (name: string, source: FieldContribution['source']): FieldContribution => ({
  kind: 'field',
  path: '/spec/imagePullSecrets',
  op: 'append',
  value: name === '' ? {} : { name },
  source,
});

/** The configured pull secrets must be there before anything is created, if the operator wants that (gitlab/167). */
export function pullSecretPreconditions(
  settings: Settings<ImagesSettings>,
  namespace: string,
): readonly Precondition[] {
  const { availability, pullSecrets: names } = settings.value;
  if (availability.retries === 0) return [];
  return names.map((name) => ({
    kind: 'precondition',
    type: resourceTypes.secrets,
    namespace,
    name,
    attempts: availability.retries + 1,
    interval: availability.intervalSeconds * 1000,
    refusal: {
      kind: 'refuse',
      code: 'images.pull-secret-missing',
      text: `the pull secret ${namespace}/${name} is not there`,
      values: { name, namespace },
      reason: 'api_not_found',
      source: settings.source(['pullSecrets']),
    },
  }));
}
