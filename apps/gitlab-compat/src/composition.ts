import { hostname } from 'node:os';
import type { Binding, Plugin } from '@millrace/core';
import type { LoadedPlugin } from '@millrace/engine';
import { createGitlabJob } from '@millrace/gitlab-job';
import { plugin as dns } from '@millrace/plugin-dns';
import { bindings as dnsBindings } from '@millrace/plugin-dns/gitlab';
import { plugin as identity } from '@millrace/plugin-identity';
import { bindings as identityBindings } from '@millrace/plugin-identity/gitlab';
import { plugin as images } from '@millrace/plugin-images';
import { bindings as imagesBindings } from '@millrace/plugin-images/gitlab';
import { plugin as lifecycle } from '@millrace/plugin-lifecycle';
import { bindings as lifecycleBindings } from '@millrace/plugin-lifecycle/gitlab';
import { plugin as metadata } from '@millrace/plugin-metadata';
import { bindings as metadataBindings } from '@millrace/plugin-metadata/gitlab';
import { plugin as podPatch } from '@millrace/plugin-pod-patch';
import { bindings as podPatchBindings } from '@millrace/plugin-pod-patch/gitlab';
import { plugin as resources } from '@millrace/plugin-resources';
import { bindings as resourcesBindings } from '@millrace/plugin-resources/gitlab';
import { plugin as scheduling } from '@millrace/plugin-scheduling';
import { bindings as schedulingBindings } from '@millrace/plugin-scheduling/gitlab';
import { plugin as security } from '@millrace/plugin-security';
import { bindings as securityBindings } from '@millrace/plugin-security/gitlab';
import { plugin as services } from '@millrace/plugin-services';
import { bindings as servicesBindings } from '@millrace/plugin-services/gitlab';
import { plugin as volumes } from '@millrace/plugin-volumes';
import { bindings as volumesBindings } from '@millrace/plugin-volumes/gitlab';
import { presentedRevision, presentedVersion } from './presented-version.ts';

/** How sources and artifacts travel: the runner's own way, or through the session as for local jobs. */
export type Travel = 'git' | 'transfer';

/** The plugins that make up this program, in one place. A configuration can add to them. */
export function builtInPlugins(travel: Travel): readonly LoadedPlugin[] {
  const { plugin: job, bindings: jobBindings } = createGitlabJob({
    version: presentedVersion,
    revision: presentedRevision,
    architecture: 'linux/amd64',
    hostName: hostname(),
    sources: travel,
    artifacts: travel === 'transfer' ? 'transfer' : 'warn',
  });
  return [
    loaded(job, jobBindings),
    loaded(identity, identityBindings),
    loaded(images, imagesBindings),
    loaded(services, servicesBindings),
    loaded(resources, resourcesBindings),
    loaded(scheduling, schedulingBindings),
    loaded(volumes, volumesBindings),
    loaded(security, securityBindings),
    loaded(dns, dnsBindings),
    loaded(metadata, metadataBindings),
    loaded(lifecycle, lifecycleBindings),
    loaded(podPatch, podPatchBindings),
  ];
}

/** The engine keeps plugins of all settings in one list; each plugin's own types are checked where it is defined. */
const loaded = (plugin: unknown, bindings: readonly Binding[]): LoadedPlugin => ({
  plugin: plugin as Plugin,
  origin: 'built in',
  bindings,
});
