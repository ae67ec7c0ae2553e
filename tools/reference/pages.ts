import { errorsPage } from './errors-page.ts';
import { failureReasonsPage } from './failure-reasons-page.ts';
import { gitlabKeysPage } from './gitlab-keys-page.ts';
import { hooksPage } from './hooks-page.ts';
import { pluginSettingsPage } from './plugin-settings-page.ts';
import { woodpeckerSettingsPage } from './woodpecker-settings-page.ts';

/** Generated pages by file, relative to the root of the checkout. */
export const pages: Readonly<Record<string, () => string | Promise<string>>> = {
  'docs/reference/errors.md': errorsPage,
  'docs/reference/failure-reasons.md': failureReasonsPage,
  'docs/reference/gitlab-keys.md': gitlabKeysPage,
  'docs/reference/hooks.md': hooksPage,
  'docs/reference/plugin-settings.md': pluginSettingsPage,
  'docs/reference/woodpecker-settings.md': woodpeckerSettingsPage,
};
