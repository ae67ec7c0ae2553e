import {
  defineBinding,
  type Binding,
  type JsonObject,
  type JsonValue,
  type Wording,
} from '@millrace/core';
import { contextRows, podRows } from './gitlab-context-rows.ts';
import { settingRows } from './gitlab-setting-rows.ts';

const plain = (value: JsonValue | undefined): string =>
  typeof value === 'string' ? value : JSON.stringify(value ?? '');
const quoted = (value: JsonValue | undefined): string => JSON.stringify(plain(value));

const idName = { user: 'uid', group: 'gid' } as const;

/** What GitLab Runner's number parser says of an id. */
function idFault({ what, asked, fault, allowed }: JsonObject): string {
  const id = what === 'group' ? 'GID' : 'UID';
  switch (fault) {
    case 'not-a-number':
      return `failed to parse ${id}: strconv.ParseInt: parsing ${quoted(asked)}: invalid syntax`;
    case 'out-of-range':
      return `failed to parse ${id}: strconv.ParseInt: parsing ${quoted(asked)}: value out of range`;
    case 'negative':
      return `failed to parse ${id}: negative values not allowed`;
    default:
      return `validating ${id}: ${plain(what)} ${quoted(asked)} is not in the allowed list: [${Array.isArray(allowed) ? allowed.join(' ') : ''}]`;
  }
}

const wording: Readonly<Record<string, Wording>> = {
  'security.job-user-overridden': {
    rank: 710,
    text: ({ what, container, asked, set, where }) =>
      `Overriding ${plain(what)} for container ${quoted(container)} to ${quoted(asked)} is not allowed: ${plain(what)} is set to ${plain(set)} in ${plain(where)} security context`,
  },
  'security.bad-job-user': {
    rank: 710,
    text: (values) =>
      `Error parsing '${idName[values['what'] === 'group' ? 'group' : 'user']}' from image options for container ${quoted(values['container'])}, using the configured security context: ${idFault(values)}`,
  },
  'security.bad-allowed-id': { rank: 710 },
  // GitLab Runner writes these two into its own log alone; the job's log is where the job's owner sees them.
  'security.bad-profile': {
    rank: 705,
    text: ({ field, type, fault }) => {
      const profile = field === 'seccompProfile' ? 'seccomp' : 'apparmor';
      return fault === 'no-profile'
        ? `${profile} profile of type Localhost needs a localhost_profile, left out`
        : `invalid ${profile} profile type value: ${plain(type)}`;
    },
  },
  'security.bad-proc-mount': {
    rank: 705,
    text: ({ value }) => `invalid proc-mount value: ${plain(value)}`,
  },
};

/** What GitLab Runner calls security settings. */
export const bindings: readonly Binding[] = [
  defineBinding({
    peer: 'gitlab',
    plugin: '@millrace/plugin-security',
    rows: [...settingRows, ...podRows, ...contextRows],
    constants: {
      'defaults.roles': ['build', 'helper', 'service', 'init'],
      'defaults.capabilities.dropUnlessAdded': ['NET_RAW'],
      // In the order in which GitLab Runner makes the containers, and so speaks of them (gitlab/145).
      'rules.service.roles': ['service'],
      'rules.service.userFrom': ['pod', 'job'],
      'rules.build.roles': ['build'],
      'rules.build.userFrom': ['pod', 'job'],
      'rules.helper.roles': ['helper'],
      'rules.helper.userFrom': ['pod'],
      'rules.init.roles': ['init'],
    },
    wording,
    // The reference's lists of capabilities have no order.
    lists: {
      '/spec/containers/*/securityContext/capabilities/add': { policy: 'set' },
      '/spec/containers/*/securityContext/capabilities/drop': { policy: 'set' },
    },
  }),
];
