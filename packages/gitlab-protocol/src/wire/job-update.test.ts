import { expect, it } from 'vitest';
import { jobUpdateBody } from './job-update.ts';

const info = { features: {} };
const output = { checksum: 'crc32:5ee4e8f1', bytesize: 813 };
const outputs = { checksum: 'crc32:5ee4e8f1', output };

it.each([
  ['takes a job', { state: 'running' }, { state: 'running', output: {} }],
  ['says that a job is alive', { state: 'running', output }, { state: 'running', ...outputs }],
  ['tells a success', { state: 'success', output }, { state: 'success', ...outputs }],
  [
    'tells a failure',
    { state: 'failed', failureReason: 'script_failure', exitCode: 3, output },
    { state: 'failed', failure_reason: 'script_failure', exit_code: 3, ...outputs },
  ],
  [
    'leaves out what is zero',
    {
      state: 'failed',
      failureReason: '',
      exitCode: 0,
      output: { checksum: 'crc32:00000000', bytesize: 0 },
    },
    { state: 'failed', checksum: 'crc32:00000000', output: { checksum: 'crc32:00000000' } },
  ],
  [
    'has no reason for a success',
    { state: 'success', failureReason: 'script_failure', output },
    { state: 'success', ...outputs },
  ],
] as const)('%s', (_what, update, body) => {
  expect(jobUpdateBody(update, 'job-token', info)).toEqual({ info, token: 'job-token', ...body });
});
