import { Buffer } from 'node:buffer';
import {
  isRunnerError,
  type ImageLogin,
  type JobContribution,
  type PodContribution,
  type Unit,
} from '@millrace/core';
import { parseImageReference, resourceTypes } from '@millrace/kube-objects';
import { PLUGIN } from '../plugin-name.ts';
import { encodeGoJson } from './encode-go-json.ts';

/** Credentials that came with an image. */
interface LoginOf {
  readonly image: string;
  readonly login: ImageLogin;
}

/** Names of the pull secrets of a pod whose images bring their own credentials. */
export const loginSecretNames = (unit: Pick<Unit, 'containers'>): readonly string[] => [
  ...new Set(loginsOf(unit).map(({ login }) => login.secretName)),
];

/** A pull secret for each image that brings its own credentials; none where nobody knows for which registry. */
export const loginSecrets = (units: readonly Unit[]): readonly JobContribution[] =>
  units.flatMap((unit) =>
    loginsOf(unit).flatMap(({ image, login }): readonly JobContribution[] => {
      const found = registryOf(image);
      return 'fault' in found ? [] : [loginSecret(unit, { image, login }, found.registry)];
    }),
  );

/** Refuses pods with credentials for an image that names no registry. */
export const badLogins = ({
  title,
  containers,
}: Pick<Unit, 'title' | 'containers'>): readonly PodContribution[] =>
  loginsOf({ containers }).flatMap(({ image }): readonly PodContribution[] => {
    const found = registryOf(image);
    if (!('fault' in found)) return [];
    return [
      {
        kind: 'refuse',
        code: 'images.login-for-nothing',
        text: `${title}: there are credentials, but the image ${JSON.stringify(image)} names no registry they could be for: ${found.fault}`,
        values: { image, fault: found.fault },
        reason: 'image_name_invalid',
      },
    ];
  });

const loginSecret = (unit: Unit, { image, login }: LoginOf, registry: string): JobContribution => ({
  kind: 'object',
  id: `image-login-${unit.id}-${login.secretName}`,
  type: resourceTypes.secrets,
  manifest: {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: login.secretName,
      labels: Object.fromEntries((unit.labels ?? []).map(({ key, value }) => [key, value])),
    },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': contentOf(registry, login) },
  },
  scope: { unit: unit.id },
  when: 'before',
  deleteAt: 'scope-end',
  secrets: ['/data/.dockerconfigjson'],
  source: { plugin: PLUGIN, configPath: `image ${image} of ${unit.title}` },
});

const loginsOf = ({ containers }: Pick<Unit, 'containers'>): readonly LoginOf[] =>
  containers.flatMap(({ image }) =>
    image?.login === undefined ? [] : [{ image: image.name, login: image.login }],
  );

function registryOf(image: string): { readonly registry: string } | { readonly fault: string } {
  try {
    return parseImageReference(image);
  } catch (thrown) {
    if (!isRunnerError(thrown)) throw thrown;
    return { fault: thrown.message };
  }
}

/** As Docker's configuration has it, without the derived member `auth`, which nobody needs. */
const contentOf = (registry: string, { username, password }: ImageLogin): string =>
  Buffer.from(encodeGoJson({ auths: { [registry]: { username, password } } })).toString('base64');
