import type { KubeObject } from '@millrace/core';
import { expect, it } from 'vitest';
import { badImageNames } from './image-names.ts';

const pod = (image: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {},
  spec: { containers: [{ name: 'build', image }] },
});

it.each(['alpine', 'docker.io/library/alpine:3.20', 'localhost:5000/a/b@sha256:' + 'a'.repeat(64)])(
  '%s can be pulled',
  (image) => {
    expect(badImageNames(pod(image), () => undefined)).toEqual([]);
  },
);

it.each(['Alpine', 'alpine:', 'a b', 'registry/:tag'])('%s cannot', (image) => {
  const [refusal] = badImageNames(pod(image), () => ({
    plugin: 'p',
    configPath: 'runners.kubernetes.image',
  }));
  expect(refusal).toMatchObject({ kind: 'refuse', reason: 'image_name_invalid' });
  expect(refusal?.text).toContain('correct it in runners.kubernetes.image');
});

it('an image that a patch brought in is looked for there', () => {
  expect(badImageNames(pod('A'), () => undefined)[0]?.text).toContain(
    'the patch of container "build"',
  );
});
