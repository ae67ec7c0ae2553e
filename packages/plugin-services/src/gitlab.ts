import { defineBinding, type Binding, type JsonValue, type Wording } from '@millrace/core';
import { PLUGIN } from './plugin-name.ts';

/** GitLab Runner's keys and words for services. */
export const bindings: readonly Binding[] = [
  defineBinding({
    peer: 'gitlab',
    plugin: PLUGIN,
    rows: [
      {
        key: 'services',
        path: 'services',
        form: 'table-list',
        members: {
          name: 'string',
          alias: 'string',
          command: 'string-list',
          entrypoint: 'string-list',
          environment: 'string-list',
        },
        since: '12.5',
        default: 'none',
        doc: 'Services that run beside every job, before those that the job asks for.',
      },
    ],
    constants: {
      healthCheckVariable: 'HEALTHCHECK_TCP_PORT',
      plainStartVariable: 'FF_KUBERNETES_HONOR_ENTRYPOINT',
      'proxy.selectorLabel': 'job.runner.gitlab.com/pod',
      'proxy.ownNames': ['build'],
    },
    // The entry for services comes first, and entries for one address are not merged.
    lists: { '/spec/hostAliases': { policy: 'ordered' } },
    wording: wording(),
  }),
];

function wording(): Readonly<Record<string, Wording>> {
  const text = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');
  return {
    'services.bad-alias': {
      rank: 600,
      text: ({ alias, image, fault }) =>
        `prepare environment: setting up build pod: provided host alias ${text(alias)} for service ${text(image)} is invalid DNS. ${text(fault)}. Check https://docs.gitlab.com/runner/shells/#shell-profile-loading for more information`,
    },
    'services.host-aliases-unknown': {
      rank: 600,
      text: ({ major, minor }) => {
        const tried = [text(major), text(minor)].map((part) => /^\d*/u.exec(part)?.[0] ?? '');
        return `Checking for host alias support. Host aliases will be disabled. parsing Kubernetes version ${text(major)}.${text(minor)} - Malformed version: ${tried.join('.')}`;
      },
    },
    'services.health-check': { rank: 700 },
    'services.lost': { rank: 700 },
    'services.plain-start': { rank: 700 },
  };
}
