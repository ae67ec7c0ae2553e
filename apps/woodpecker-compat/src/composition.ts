import type { Plugin } from '@millrace/core';
import type { LoadedPlugin } from '@millrace/engine';
import { plugin as dns } from '@millrace/plugin-dns';
import { plugin as identity } from '@millrace/plugin-identity';
import { plugin as images } from '@millrace/plugin-images';
import { plugin as lifecycle } from '@millrace/plugin-lifecycle';
import { plugin as metadata } from '@millrace/plugin-metadata';
import { plugin as podPatch } from '@millrace/plugin-pod-patch';
import { plugin as resources } from '@millrace/plugin-resources';
import { plugin as scheduling } from '@millrace/plugin-scheduling';
import { plugin as security } from '@millrace/plugin-security';
import { plugin as services } from '@millrace/plugin-services';
import { plugin as volumes } from '@millrace/plugin-volumes';
import { createWoodpeckerJob, type WoodpeckerJobOptions } from '@millrace/woodpecker-job';
import { woodpeckerBindings } from './bindings.ts';

/** The plugins that make up this program, in one place. The environment can add to them. */
export const builtInPlugins = (options: WoodpeckerJobOptions): readonly LoadedPlugin[] =>
  [
    createWoodpeckerJob(options).plugin,
    identity,
    images,
    services,
    resources,
    scheduling,
    volumes,
    security,
    dns,
    metadata,
    lifecycle,
    podPatch,
  ].map(loaded);

/** The engine keeps plugins of all settings in one list; each plugin's own types are checked where it is defined. */
function loaded(plugin: { readonly name: string }): LoadedPlugin {
  return {
    plugin: plugin as Plugin,
    origin: 'built in',
    bindings: woodpeckerBindings.filter((binding) => binding.plugin === plugin.name),
  };
}
