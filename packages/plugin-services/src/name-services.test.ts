import { expect, it } from 'vitest';
import { nameServices } from './name-services.ts';
import type { WantedService } from './wanted-services.ts';

const service = (image: string, ...aliases: readonly string[]): WantedService => ({
  request: { name: image },
  image,
  aliases,
  variables: [],
  source: { plugin: 'test' },
});
const names = (
  wanted: readonly WantedService[],
  taken: readonly string[] = [],
): readonly string[] =>
  nameServices(wanted, taken).services.map(({ container, image }) => `${container}=${image}`);

it.each<[string, readonly WantedService[], readonly string[]]>([
  ['the first alias names the container', [service('pg', 'db', 'postgres')], ['db=pg']],
  ['without one it is numbered', [service('pg'), service('redis')], ['svc-0=pg', 'svc-1=redis']],
  [
    'only those without an alias are counted',
    [service('pg', 'db'), service('redis')],
    ['db=pg', 'svc-0=redis'],
  ],
  ['an alias with dots is no container name', [service('pg', 'db.internal', 'db')], ['db=pg']],
  ['one longer than 63 characters neither', [service('pg', 'a'.repeat(64))], ['svc-0=pg']],
  [
    'an alias is used once',
    [service('a:1', 'a', 'b'), service('a:2', 'a', 'b'), service('a:3', 'a', 'b')],
    ['a=a:1', 'b=a:2', 'svc-0=a:3'],
  ],
  [
    'what was looked at and did not fit is used too',
    [service('a:1', 'X', 'a'), service('a:2', 'a')],
    ['a=a:1', 'svc-0=a:2'],
  ],
  ['containers are ordered by name', [service('z', 'z'), service('a', 'a')], ['a=a', 'z=z']],
])('%s', (_behaviour, wanted, expected) => {
  expect(names(wanted)).toEqual(expected);
});

it('eleven numbered services are in the order of their names', () => {
  const wanted = Array.from({ length: 11 }, (_, index) => service(`img${index}`));
  expect(names(wanted).slice(0, 4)).toEqual([
    'svc-0=img0',
    'svc-1=img1',
    'svc-10=img10',
    'svc-2=img2',
  ]);
});

it('names that the pod has anyway are not given away', () => {
  expect(
    names([service('a', 'build', 'helper'), service('b', 'helper', 'b')], ['build', 'helper']),
  ).toEqual(['b=b', 'svc-0=a']);
});

it('a service named like a numbered one loses its place', () => {
  const { services, lost } = nameServices([service('pg', 'svc-0'), service('redis')], []);
  expect(services.map(({ image }) => image)).toEqual(['redis']);
  expect(lost.map(({ image }) => image)).toEqual(['pg']);
});
