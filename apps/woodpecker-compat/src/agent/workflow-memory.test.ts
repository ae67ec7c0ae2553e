import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startedStep } from './step-state.ts';
import { openWorkflowMemory } from './workflow-memory.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'millrace-memory-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

it('the next process finds what is noted: the end of each log, and the last state of steps not told', async () => {
  const place = await folder();
  const memory = await openWorkflowMemory(place, '42');
  memory.tookLine('a', { offset: 7, line: 1 });
  memory.missedStep(startedStep('A'));
  memory.missedStep({ ...startedStep('A'), exited: true, exitCode: 3 });
  memory.missedStep(startedStep('B'));
  memory.toldStep('B');
  await memory.noted();
  const next = await openWorkflowMemory(place, '42');
  expect(next.lineOf('a')).toEqual({ offset: 7, line: 1 });
  expect(next.untold()).toEqual([{ ...startedStep('A'), exited: true, exitCode: 3 }]);
});

it('what is removed does not come back with lines that were on their way', async () => {
  const place = await folder();
  const memory = await openWorkflowMemory(place, '42');
  memory.tookLine('a', { offset: 7, line: 1 });
  await memory.remove();
  memory.tookLine('a', { offset: 9, line: 2 });
  await memory.noted();
  expect(await readdir(place)).toEqual([]);
});
