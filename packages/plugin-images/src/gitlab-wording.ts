import type { JsonObject, JsonValue, Wording } from '@millrace/core';

/** What GitLab Runner says about images, as its users know it (gitlab/003, 011 to 025, 157 to 169). */
export const wording: Readonly<Record<string, Wording>> = {
  'images.missing': {
    rank: 200,
    text: () => 'check defaults error: no image specified and no default set in config',
  },
  'images.missing-beside': { rank: 500 },
  'images.default': { rank: 200, text: () => 'Using default image' },
  'images.helper-os': {
    rank: 305,
    text: ({ os }) => `prepare helper image: unsupported OSType ${quote(os)}`,
  },
  'images.windows': { rank: 305 },
  'images.announced': {
    rank: 310,
    text: ({ image }) => `Using Kubernetes executor with image ${text(image)} ...`,
  },
  'images.allowed-policy-unknown': {
    rank: 380,
    text: ({ policy, in: place }) =>
      `getting allowed pull policies: ${place === 'allowed' ? 'allowed_pull_policies' : 'pull_policy'} config: ${unsupported(policy)}`,
  },
  'images.pull-policy-unknown': {
    rank: 385,
    text: ({ policy, in: place, container }) =>
      `converting pull policy for container ${quote(container)}: ${place === 'job' ? 'conversion to Kubernetes policy' : 'pull_policy config'}: ${unsupported(policy)}`,
  },
  'images.pull-policy-refused': {
    rank: 390,
    text: ({ container, wanted, allowed, origin }) =>
      `invalid pull policy for container ${quote(container)}: pull_policy (${goList(wanted)}) defined in ${origins[text(origin)] ?? ''} is not one of the allowed_pull_policies (${goList(allowed)})`,
  },
  'images.pull-policy': {
    rank: 400,
    text: ({ container, policies }) =>
      `Using effective pull policy of ${goList(policies)} for container ${text(container)}`,
  },
  'images.credentials': {
    rank: 450,
    text: ({ source, message }) =>
      `Failed to resolve credentials from ${text(source)}: ${text(message)}. Credentials from this source will not be used.`,
  },
  // Services are looked at before host names, the build container after them.
  'images.allow-list.service': { rank: 500, text: (values) => allowList(values, 'services') },
  'images.refused.service': { rank: 501, text: () => preparing('disallowed image') },
  'images.allow-list.build': { rank: 650, text: (values) => allowList(values, 'images') },
  'images.refused.build': {
    rank: 651,
    text: () => preparing('building build container: disallowed image'),
  },
  'images.pull-secret-missing': {
    rank: 700,
    text: ({ name }) =>
      preparing(
        `Timed out while waiting for ImagePullSecret/${text(name)} to be present in the cluster`,
      ),
  },
  'images.bad-name': {
    rank: 850,
    text: ({ fault, place }) => `image pull failed: ${text(fault)}; correct it in ${text(place)}`,
  },
};

const origins: Readonly<Record<string, string>> = {
  job: 'GitLab pipeline config',
  settings: 'Runner config',
  default: 'Runner config (default)',
};

const text = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');
const quote = (value: JsonValue | undefined): string => JSON.stringify(text(value));
const unsupported = (policy: JsonValue | undefined): string =>
  `unsupported pull policy: ${quote(policy)}`;

/** A list as Go prints it. */
const goList = (list: JsonValue | undefined): string =>
  `[${Array.isArray(list) ? list.join(' ') : ''}]`;

/** How GitLab Runner reports what goes wrong while a pod is made. */
const preparing = (what: string): string =>
  `prepare environment: setting up build pod: ${what}. Check https://docs.gitlab.com/runner/shells/#shell-profile-loading for more information`;

function allowList({ image, list }: JsonObject, kind: 'images' | 'services'): string {
  const bullets = Array.isArray(list)
    ? list.map((pattern) => `- ${text(pattern as JsonValue)}`)
    : [];
  return [
    '',
    `ERROR: The ${quote(image)} image is not present on list of allowed ${kind}:`,
    ...bullets,
    '',
    "Please check runner's allowed_images configuration: https://docs.gitlab.com/runner/configuration/advanced-configuration/",
  ].join('\n');
}
