import {
  definePlugin,
  ExpandToken,
  NamespaceToken,
  PlatformToken,
  type Plugin,
} from '@millrace/core';
import { chooseImage } from './choose-image.ts';
import { credentialObjects, credentialSecretName } from './credentials/credential-objects.ts';
import { offerCredentials } from './credentials/offer-credentials.ts';
import { badLogins, loginSecretNames, loginSecrets } from './credentials/image-logins.ts';
import { imageContext } from './image-context.ts';
import { imageContributions } from './image-contributions.ts';
import { badImageNames } from './image-names.ts';
import { ownPlatform } from './own-platform.ts';
import { permissions } from './permissions.ts';
import { PLUGIN } from './plugin-name.ts';
import { policyContributions } from './policy-contributions.ts';
import { pullSecretPreconditions, pullSecrets } from './pull-secrets.ts';
import { ImagesConfig, type ImagesSettings } from './settings.ts';

/** Images, pull policies, registry credentials. */
export const plugin: Plugin<ImagesSettings, Readonly<Record<never, never>>> = definePlugin({
  name: PLUGIN,
  configKey: 'images',
  configSchema: ImagesConfig,
  permissions,
  async setup({ config, settings, tap, provide }) {
    const credentials = await offerCredentials({ config, settings, provide });
    const own = ownPlatform();
    const needs = { settings, expand: ExpandToken, nodes: PlatformToken };
    tap('contributePod', { needs }, (unit, _job, given) => [
      ...imageContributions(imageContext(unit, given, own)),
      ...policyContributions(unit.containers, given.settings),
      ...badLogins(unit),
    ]);
    tap('contributePod', { needs: { settings, credentials } }, (unit, _job, given) =>
      pullSecrets(given.settings, [
        ...loginSecretNames(unit),
        ...(credentialSecretName(unit, given.credentials) ?? []),
      ]),
    );
    tap(
      'contributeObject',
      { needs: { settings, credentials, namespace: NamespaceToken } },
      (units, _job, given) => [
        ...credentialObjects(units, given.credentials),
        ...loginSecrets(units),
        ...pullSecretPreconditions(given.settings, given.namespace),
      ],
    );
    tap('validatePod', { needs }, (pod, unit, _job, given) => {
      const context = imageContext(unit, given, own);
      return badImageNames(pod, (name) => {
        const container = unit.containers.find((candidate) => candidate.name === name);
        return container && chooseImage(container, context)?.source;
      });
    });
  },
});
