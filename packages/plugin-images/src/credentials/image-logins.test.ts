import { Buffer } from 'node:buffer';
import type { ImageLogin, Unit } from '@millrace/core';
import { expect, it } from 'vitest';
import { badLogins, loginSecretNames, loginSecrets } from './image-logins.ts';

const login: ImageLogin = { username: 'u', password: '<p"&', secretName: 'wp-1' };
const unitWith = (image: string): Unit => ({
  id: 'one',
  title: 'build',
  after: [],
  on: 'success',
  background: false,
  countsAsFailure: true,
  recreate: { when: 'never' },
  startTimeoutSeconds: 60,
  podName: 'wp-1',
  labels: [{ key: 'step', value: 'build' }],
  containers: [
    {
      name: 'a',
      role: 'step',
      init: false,
      image: { name: image, login },
      driven: false,
      variables: [],
      rank: 0,
    },
  ],
  work: { kind: 'container', container: 'a' },
});

it.each([
  ['registry.example.org:5000/team/app:1', 'registry.example.org:5000'],
  ['meltwater/drone-cache', 'docker.io'],
  ['busybox', 'docker.io'],
])('credentials of the image %s are for %s', (image, registry) => {
  const [secret] = loginSecrets([unitWith(image)]);
  expect(secret).toMatchObject({
    scope: { unit: 'one' },
    deleteAt: 'scope-end',
    secrets: ['/data/.dockerconfigjson'],
    manifest: {
      type: 'kubernetes.io/dockerconfigjson',
      metadata: { name: 'wp-1', labels: { step: 'build' } },
      data: {
        '.dockerconfigjson': Buffer.from(
          String.raw`{"auths":{"${registry}":{"username":"u","password":"\u003cp\"\u0026"}}}`,
        ).toString('base64'),
      },
    },
  });
  expect(loginSecretNames(unitWith(image))).toEqual(['wp-1']);
});

it('credentials for an image without a registry are refused', () => {
  expect(loginSecrets([unitWith('UPPER/Case')])).toEqual([]);
  expect(badLogins(unitWith('UPPER/Case'))).toMatchObject([
    { kind: 'refuse', code: 'images.login-for-nothing' },
  ]);
  expect(badLogins(unitWith('busybox'))).toEqual([]);
});
