import { expect, it } from 'vitest';
import { askedUser, checkId } from './job-user.ts';

it.each([
  [undefined, undefined, undefined],
  ['', undefined, undefined],
  ['1000', '1000', undefined],
  ['1000:', '1000', undefined],
  [':5', undefined, '5'],
  ['1:2:3', '1', '2:3'],
])('reads the user of %s', (text, user, group) => {
  expect(askedUser(text)).toEqual({ user, group });
});

it.each([
  ['any number but 0 without a list', '7', [], { id: 7 }],
  ['no 0 without a list', '0', [], { fault: 'not-allowed' }],
  ['no 0 in other spelling', '+00', [], { fault: 'not-allowed' }],
  ['0 when it is listed, however written', '0', ['00'], { id: 0 }],
  ['what is listed, compared as numbers', '07', ['7'], { id: 7 }],
  ['nothing else', '8', ['7'], { fault: 'not-allowed' }],
  [
    'nothing by an entry that is no number',
    '8',
    ['eight'],
    { fault: 'not-allowed', skipped: ['eight'] },
  ],
  ['no name', 'root', ['root'], { fault: 'not-a-number' }],
  ['no fraction', '1.5', [], { fault: 'not-a-number' }],
  ['no space', ' 1', [], { fault: 'not-a-number' }],
  ['no negative number', '-1', ['-1'], { fault: 'negative' }],
  ['no number beyond 64 bits', '9223372036854775808', [], { fault: 'out-of-range' }],
])('allows %s', (_rule, asked, allowed, expected) => {
  expect(checkId(asked, allowed)).toEqual({ skipped: [], ...expected });
});
