import { expect, it } from 'vitest';
import { firstLogins, registryPath } from './registry-login.ts';

it.each([
  ['a host', 'registry.example.com', 'registry.example.com'],
  ['a host in capitals', 'Docker.IO/', 'docker.io'],
  ['a host with its port', 'registry.example.com:5050', 'registry.example.com:5050'],
  ['a path keeps its case', 'Registry.example.com/Team', 'registry.example.com/Team'],
  ['a tag is cut', 'registry.example.com:5050/team/app:1', 'registry.example.com:5050/team/app'],
  [
    'of a URL only the host counts',
    'HTTPS://Registry.example.com:5050/v2/',
    'registry.example.com:5050',
  ],
  ['Docker Hub’s old address', 'https://index.docker.io/v1/', 'docker.io'],
])('%s', (_behaviour, address, path) => {
  expect(registryPath(address)).toBe(path);
});

it('of two logins for one registry the first counts', () => {
  const logins = [
    { address: 'https://r.example.com' },
    { address: 'other' },
    { address: 'R.example.com/' },
  ];
  expect(firstLogins(logins)).toEqual(logins.slice(0, 2));
});
