import {
  ConnectionToken,
  CredentialToken,
  definePlugin,
  JobRequestToken,
  JobToken,
  NamespaceToken,
  type Plugin,
} from '@millrace/core';
import { accountCheck } from './account-check.ts';
import { identityFields } from './identity-fields.ts';
import { identityStatements } from './identity-statements.ts';
import { jobCredential } from './job-credential.ts';
import { jobNamespace } from './job-namespace.ts';
import { namespaceObject } from './namespace-object.ts';
import { permissions } from './permissions.ts';
import { pluginName } from './plugin-name.ts';
import { settingsSchema, type IdentitySettings } from './settings.ts';

export type { IdentitySettings } from './settings.ts';

/** Namespace, service account and API token of jobs. */
export const plugin: Plugin<IdentitySettings> = definePlugin({
  name: pluginName,
  configKey: 'identity',
  configSchema: settingsSchema,
  permissions,
  setup: ({ config, settings, tap, provide }) => {
    provide(ConnectionToken, { needs: {} }, () => config.connection);
    provide(
      NamespaceToken,
      { needs: { settings, request: JobRequestToken, job: JobToken } },
      (given) =>
        jobNamespace(given.settings.value, { id: given.request.id, owner: given.job.owner }),
    );
    provide(CredentialToken, { needs: { settings } }, (given) => jobCredential(given.settings));
    tap('contributePod', { needs: { settings, namespace: NamespaceToken } }, (_unit, _job, given) =>
      identityFields(given.settings, given.namespace),
    );
    tap(
      'contributeObject',
      { needs: { settings, namespace: NamespaceToken } },
      (_units, _job, given) => [
        ...identityStatements(given.settings, given.namespace),
        ...accountCheck(given.settings, given.namespace),
        ...namespaceObject(given.settings, given.namespace),
      ],
    );
  },
});
