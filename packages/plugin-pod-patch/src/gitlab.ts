import {
  defineBinding,
  type Binding,
  type JsonObject,
  type JsonValue,
  type Wording,
} from '@millrace/core';
import { pluginName } from './plugin-name.ts';

const flag = 'FF_USE_ADVANCED_POD_SPEC_CONFIGURATION';

const text = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');

/** GitLab Runner's name of a patch type; without one it is strategic. */
const typeOf = (value: JsonValue | undefined): string => text(value) || 'strategic';

const fromPeer = (value: JsonValue): JsonValue =>
  (value as readonly JsonObject[]).map((patch) => ({
    name: text(patch['name']),
    patch: text(patch['patch']),
    patchFile: text(patch['patch_path']),
    type: typeOf(patch['patch_type']),
  }));

/** A refusal in the words of GitLab Runner (gitlab/181, 183). */
const refusal = (fault: (values: JsonObject) => string): Wording => ({
  rank: 920,
  text: (values) =>
    `prepare environment: setting up build pod: ${fault(values)}. Check https://docs.gitlab.com/runner/shells/#shell-profile-loading for more information`,
});

/** GitLab Runner's key and words for patches. */
export const bindings: readonly Binding[] = [
  defineBinding({
    peer: 'gitlab',
    plugin: pluginName,
    rows: [
      {
        key: 'pod_spec',
        path: 'patches',
        form: 'table-list',
        members: { name: 'string', patch: 'string', patch_path: 'string', patch_type: 'string' },
        convert: fromPeer,
        since: '15.11',
        default: 'none',
        doc: `Patches of the pod’s spec, applied in this order while ${flag} is on; \`patch_type\` is \`strategic\` (default), \`merge\` or \`json\`.`,
      },
    ],
    constants: { switchVariable: flag, absentContainers: ['init-permissions'] },
    wording: {
      'pod-patch.switched-on': {
        rank: 910,
        kind: 'warn',
        text: () =>
          'Advanced Pod Spec configuration enabled, merging the provided PodSpec to the generated one. This is a beta feature and is subject to change. Feedback is collected in this issue: https://gitlab.com/gitlab-org/gitlab-runner/-/issues/29659 ...',
      },
      'pod-patch.unknown-field': { rank: 915 },
      'pod-patch.absent-container': { rank: 915 },
      'pod-patch.choose': refusal(
        ({ name }) => `ambiguous patch: both patch path and patch provided (${text(name)})`,
      ),
      'pod-patch.load': refusal(
        ({ name, fault }) => `loading patch file (${text(name)}): ${text(fault)}`,
      ),
      'pod-patch.parse': refusal(
        ({ name, fault }) => `converting patch to json (${text(name)}): ${text(fault)}`,
      ),
      'pod-patch.type': refusal(({ type }) => `unsupported patch type ${text(type)}`),
      'pod-patch.apply': refusal(({ fault }) => text(fault)),
    },
  }),
];
