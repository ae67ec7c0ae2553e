import { expect, it } from 'vitest';
import { lookupKey } from './lookup-key.ts';

it.each([
  ['the exact key', { IP: 1, ip: 2 }, 'ip', 'ip'],
  ['a key in another case', { Privileged: true }, 'privileged', 'Privileged'],
  ['upper case with underscores', { CPU_LIMIT: '1' }, 'cpu_limit', 'CPU_LIMIT'],
  [
    'no key without its underscores',
    { allowPrivilegeEscalation: true },
    'allow_privilege_escalation',
    undefined,
  ],
  ['nothing inherited', {}, 'constructor', undefined],
])('finds %s', (_case, table, name, expected) => {
  expect(lookupKey(table, name)).toBe(expected);
});
