import { expect, it } from 'vitest';
import { hostNames, imageHostNames } from './host-names.ts';
import type { NamedService } from './name-services.ts';

it.each([
  ['the tag is cut', 'redis:7', ['redis']],
  [
    'a path becomes one name with dashes',
    'registry.example.com/team/mq:1',
    ['registry.example.com-team-mq'],
  ],
  ['the port of the registry is cut', 'registry.tld:5000/ns/img:1', ['registry.tld-ns-img']],
  ['a digest is cut', `redis:7@sha256:${'a'.repeat(64)}`, ['redis']],
  ['an underscore is no host name', 'team/my_app', []],
  ['what is no image name gives none', 'a b', []],
])('%s', (_behaviour, image, names) => {
  expect(imageHostNames(image)).toEqual(names);
});

const service = (
  image: string,
  aliases: readonly string[],
  ports: readonly { number: number }[] = [],
): NamedService => ({
  container: 'x',
  request: { name: image, ports },
  image,
  aliases,
  variables: [],
  source: { plugin: 'test' },
});

it('names of images come before aliases, and duplicates stay', () => {
  expect(hostNames([service('redis:7', ['redis']), service('postgres:16', ['db', 'pg'])])).toEqual({
    names: ['redis', 'redis', 'postgres', 'db', 'pg'],
  });
});

it('services with ports have none, and their aliases are not looked at', () => {
  expect(hostNames([service('nginx', ['WEB'], [{ number: 80 }])])).toEqual({ names: [] });
});

it('a label longer than 63 characters is a host name', () => {
  const long = 'a'.repeat(64);
  expect(hostNames([service('redis', [long])])).toEqual({ names: ['redis', long] });
});

it('an alias that is none is reported with its service', () => {
  expect(hostNames([service('redis', ['ok', 'a_b'])])).toMatchObject({
    bad: { alias: 'a_b', service: { image: 'redis' } },
  });
});
