import { defineBinding, type Binding, type JsonObject, type Wording } from '@millrace/core';
import {
  labelOf,
  overwriteRows,
  quantityRows,
  serviceMaximumRows,
  serviceVariables,
} from './gitlab-rows.ts';

const text = (values: JsonObject, name: string): string => {
  const value = values[name];
  return typeof value === 'string' ? value : '';
};
const quoted = (values: JsonObject, name: string): string => JSON.stringify(text(values, name));

/** What GitLab Runner calls the containers and resources in its errors. */
const scopeName = (values: JsonObject): string => text(values, 'scope').replace(/^pod$/, 'Pod');
const resourceName = (values: JsonObject): string =>
  text(values, 'resource').replace('ephemeral-storage', 'ephemeralStorage');
const label = (values: JsonObject): string =>
  JSON.stringify(labelOf(text(values, 'scope'), text(values, 'list'), text(values, 'resource')));

const ofService = (values: JsonObject, fault: string): string =>
  `couldn't prepare explicit service overwrites: invalid ${scopeName(values)} ${text(values, 'list')} specified: ${fault}`;

const wording: Readonly<Record<string, Wording>> = {
  'resources.bad-quantity': {
    rank: 155,
    text: (values) =>
      `couldn't prepare overwrites: invalid ${scopeName(values)} ${text(values, 'list')} specified: parsing resource ${JSON.stringify(resourceName(values))} with value ${quoted(values, 'text')}: "${text(values, 'error')}"`,
  },
  'resources.container-quantity': {
    rank: 160,
    text: (values) => `${label(values)} overwritten with ${quoted(values, 'text')}`,
  },
  'resources.bad-container-quantity': {
    rank: 160,
    text: (values) => ofService(values, `parsing resource limit: "${text(values, 'error')}"`),
  },
  'resources.above-maximum': {
    rank: 160,
    text: (values) =>
      ofService(
        values,
        `the resource ${label(values)} requested ${quoted(values, 'text')} is higher than limit allowed ${quoted(values, 'maximum')}`,
      ),
  },
};

/** What GitLab Runner calls resources. */
export const bindings: readonly Binding[] = [
  defineBinding({
    peer: 'gitlab',
    plugin: '@millrace/plugin-resources',
    rows: [...quantityRows, ...serviceMaximumRows],
    overwrites: overwriteRows,
    constants: {
      sendEmpty: true,
      // In the order in which GitLab Runner looks at them, and so refuses (gitlab/061).
      'rules.build.roles': ['build'],
      'rules.service.roles': ['service'],
      'rules.helper.roles': ['helper', 'init'],
      ...serviceVariables,
    },
    wording,
  }),
];
