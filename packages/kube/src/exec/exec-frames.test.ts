import { expect, it } from 'vitest';
import { parseExecStatus } from './exec-frames.ts';

it.each([
  ['success', { status: 'Success' }, { exitCode: 0, message: '' }],
  [
    'the code of the command',
    {
      status: 'Failure',
      reason: 'NonZeroExitCode',
      message: 'command terminated with non-zero exit code',
      details: { causes: [{ reason: 'ExitCode', message: '137' }] },
    },
    { exitCode: 137, message: '' },
  ],
  [
    'no code when the command could not be run',
    { status: 'Failure', reason: 'InternalError', message: 'exec: "foo": not found' },
    { exitCode: -1, message: 'exec: "foo": not found' },
  ],
  [
    'no code, rather than 0, when the code is not a number',
    {
      status: 'Failure',
      reason: 'NonZeroExitCode',
      message: 'odd',
      details: { causes: [{ reason: 'ExitCode', message: 'x' }] },
    },
    { exitCode: -1, message: 'odd' },
  ],
  ['nothing in another document', { kind: 'Other' }, undefined],
  ['nothing in null', null, undefined],
])('a status frame says %s', (_what, frame, expected) => {
  expect(parseExecStatus(JSON.stringify(frame))).toEqual(expected);
});

it('is not read before it is whole', () => {
  expect(parseExecStatus('{"status":"Succ')).toBeUndefined();
});
