/**
 * A name without the reference's random parts: 8 characters after the name of a job's objects, 12 hexadecimal digits of
 * a suspend claim, anything after the name of a pause pod.
 */
export const steadyName = (name: string): string =>
  name
    .replace(/^(runner-.+-concurrent-\d+)-[a-z0-9]{8}(?=$|-pdb$)/, '$1')
    .replace(/^(gl-runner-env)-[0-9a-f]{12}$/, '$1')
    .replace(/^(runner-pause-[^-]+)-\w+$/, '$1');

/**
 * The name of a proxy Service without its random part: the name of what it leads to, a dash, 8 characters
 * (gitlab/009, gitlab/041).
 */
export const steadyServiceName = (name: string): string => name.replace(/-[a-z0-9]{8}$/, '');

const helperImage = 'gitlab-runner-helper:';
const helperVersion = /v\d+\.\d+\.\d+/;

/** Whether two images are the default helper image, whose tag follows the version of the runner. */
export const sameHelperImage = (expected: string, got: string): boolean =>
  expected.includes(helperImage) &&
  got.includes(helperImage) &&
  expected.replace(helperVersion, '') === got.replace(helperVersion, '');
