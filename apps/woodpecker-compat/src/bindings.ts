import type { Binding } from '@millrace/core';
import { bindings as dns } from '@millrace/plugin-dns/woodpecker';
import { bindings as identity } from '@millrace/plugin-identity/woodpecker';
import { bindings as images } from '@millrace/plugin-images/woodpecker';
import { bindings as metadata } from '@millrace/plugin-metadata/woodpecker';
import { bindings as resources } from '@millrace/plugin-resources/woodpecker';
import { bindings as scheduling } from '@millrace/plugin-scheduling/woodpecker';
import { bindings as security } from '@millrace/plugin-security/woodpecker';
import { bindings as services } from '@millrace/plugin-services/woodpecker';
import { bindings as volumes } from '@millrace/plugin-volumes/woodpecker';
import { woodpeckerBinding } from '@millrace/woodpecker-job';

/** What the Woodpecker agent calls the settings of all plugins; data, without the plugins themselves. */
export const woodpeckerBindings: readonly Binding[] = [
  woodpeckerBinding,
  ...dns,
  ...identity,
  ...images,
  ...metadata,
  ...resources,
  ...scheduling,
  ...security,
  ...services,
  ...volumes,
];
