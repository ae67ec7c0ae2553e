import type { JsonObject } from '@millrace/core';
import { expect, it } from 'vitest';
import { decodeObject } from './decode-object.ts';

it('drops nulls and unknown members and names the unknown ones', () => {
  const spec = { hostname: null, colour: 'red', containers: [{ name: 'a', imagee: 'x' }] };
  expect(decodeObject(spec, 'PodSpec')).toEqual({
    object: { containers: [{ name: 'a', resources: {} }] },
    unknownFields: ['colour', 'containers.imagee'],
  });
});

it('writes quantities in canonical text and adds what Go always sends (gitlab/189)', () => {
  const spec = {
    containers: [
      { name: 'a', resources: { limits: { 'nvidia.com/gpu': 1, memory: 1e9, cpu: '1.5' } } },
    ],
    volumes: [
      {
        name: 'repo',
        ephemeral: {
          volumeClaimTemplate: { spec: { resources: { requests: { storage: '1024Mi' } } } },
        },
      },
    ],
  };
  expect(decodeObject(spec, 'PodSpec').object).toEqual({
    containers: [
      { name: 'a', resources: { limits: { 'nvidia.com/gpu': '1', memory: '1G', cpu: '1500m' } } },
    ],
    volumes: [
      {
        name: 'repo',
        ephemeral: {
          volumeClaimTemplate: {
            metadata: {},
            spec: { resources: { requests: { storage: '1Gi' } } },
          },
        },
      },
    ],
  });
});

it.each<[JsonObject, string]>([
  [
    { containers: {} },
    'json: cannot unmarshal object into Go struct field PodSpec.containers of type []v1.Container',
  ],
  [
    { containers: [{ env: [{ value: 1 }] }] },
    'json: cannot unmarshal number into Go struct field EnvVar.containers.env.value of type string',
  ],
  [
    { securityContext: [] },
    'json: cannot unmarshal array into Go struct field PodSpec.securityContext of type v1.PodSecurityContext',
  ],
  [
    { hostNetwork: 'yes' },
    'json: cannot unmarshal string into Go struct field PodSpec.hostNetwork of type bool',
  ],
  [
    { priority: 1.5 },
    'json: cannot unmarshal number 1.5 into Go struct field PodSpec.priority of type int32',
  ],
  [
    { nodeSelector: { a: true } },
    'json: cannot unmarshal bool into Go struct field PodSpec.nodeSelector of type string',
  ],
  [
    { volumes: [{ emptyDir: { sizeLimit: true } }] },
    'json: cannot unmarshal bool into Go struct field EmptyDirVolumeSource.volumes.emptyDir.sizeLimit of type resource.Quantity',
  ],
  [{ priority: 3e9 }, 'into Go struct field PodSpec.priority of type int32'],
  [
    { activeDeadlineSeconds: '1' },
    'into Go struct field PodSpec.activeDeadlineSeconds of type int64',
  ],
  [{ overhead: 1 }, 'into Go struct field PodSpec.overhead of type v1.ResourceList'],
  [{ containers: [{ livenessProbe: { httpGet: { port: {} } } }] }, 'of type intstr.IntOrString'],
  [
    { nodeSelector: 'a' },
    'json: cannot unmarshal string into Go struct field PodSpec.nodeSelector of type map[string]string',
  ],
  [{ overhead: { cpu: 'lots' } }, 'quantities must match the regular expression'],
])('refuses %j', (spec, message) => {
  expect(() => decodeObject(spec, 'PodSpec')).toThrow(message);
});

it('refuses a type it knows nothing about', () => {
  expect(() => decodeObject({}, 'Widget')).toThrow('nothing is known about the fields of Widget');
});
