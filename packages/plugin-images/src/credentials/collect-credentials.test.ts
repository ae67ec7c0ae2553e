import type { Variable } from '@millrace/core';
import { expect, it } from 'vitest';
import { collectCredentials } from './collect-credentials.ts';

const sources = { variable: 'DOCKER_AUTH_CONFIG', files: [], payload: 'credentials' };
const programs: ReadonlySet<string> = new Set();
const variable = (value: string): Variable => ({
  key: 'DOCKER_AUTH_CONFIG',
  value,
  public: false,
  file: false,
  masked: true,
  raw: false,
  internal: false,
});
const auths = (...addresses: readonly string[]): string =>
  JSON.stringify({
    auths: Object.fromEntries(addresses.map((address) => [address, { username: 'x' }])),
  });
const job = (url: string, type = 'registry'): Readonly<Record<string, string>> => ({
  type,
  url,
  username: 'job',
  password: 'pw',
});

it('the variable comes before the file, and that before the job’s document', () => {
  const found = collectCredentials({
    sources,
    programs,
    variables: [variable(auths('ignored')), variable(auths('a'))],
    file: { path: '/home/ci/.docker/config.json', content: { text: auths('a', 'b') } },
    payload: { credentials: [job('b'), job('c'), job('d', 'other')] },
  });
  expect(found.problems).toEqual([]);
  expect(found.logins).toMatchObject([
    { address: 'a', username: 'x' },
    { address: 'b', username: 'x' },
    { address: 'c', username: 'job', password: 'pw' },
  ]);
});

it('a broken source is named and left out, the others count', () => {
  const found = collectCredentials({
    sources,
    programs,
    variables: [variable('{')],
    file: { path: '/home/ci/.docker/config.json', content: { fault: 'EACCES: permission denied' } },
    payload: { credentials: [job('c')] },
  });
  expect(found.problems).toEqual([
    { source: '$DOCKER_AUTH_CONFIG', message: 'unexpected EOF' },
    { source: '/home/ci/.docker/config.json', message: 'EACCES: permission denied' },
  ]);
  expect(found.logins).toHaveLength(1);
});

it('an empty variable is no source', () => {
  const inputs = { sources, programs, variables: [variable('')], file: undefined, payload: {} };
  expect(collectCredentials(inputs)).toEqual({ logins: [], problems: [] });
});
