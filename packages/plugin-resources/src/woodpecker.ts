import { defineBinding, type Binding, type JsonObject } from '@millrace/core';

function text(values: JsonObject, name: string): string {
  const value = values[name];
  return typeof value === 'string' ? value : '';
}

/** What the Woodpecker agent calls resources. It has none for all pods; LimitRanges do that. */
export const bindings: readonly Binding[] = [
  defineBinding({
    peer: 'woodpecker',
    plugin: '@millrace/plugin-resources',
    rows: [],
    options: [
      {
        key: 'resources.requests',
        path: 'rules.step.requests',
        form: 'string-map',
        merge: 'replace',
        doc: "What the step's container asks for, a quantity by resource.",
      },
      {
        key: 'resources.limits',
        path: 'rules.step.limits',
        form: 'string-map',
        merge: 'replace',
        doc: "What the step's container must not exceed, a quantity by resource.",
      },
    ],
    constants: {
      emptyQuantities: 'refused',
      'rules.step.roles': ['step', 'clone', 'service'],
      // Of the container that makes the working directory.
      'rules.init.roles': ['init'],
      'rules.init.requests': { cpu: '5m', memory: '12Mi' },
      'rules.init.limits': { cpu: '5m', memory: '12Mi' },
    },
    wording: {
      'resources.bad-quantity': {
        rank: 300,
        // The agent calls limits requests too.
        text: (values) =>
          `resource request '${text(values, 'resource')}' quantity '${text(values, 'text')}': ${text(values, 'error')}; write it like 500m or 256Mi in backend_options.kubernetes.resources.${text(values, 'list')}`,
      },
    },
  }),
];
