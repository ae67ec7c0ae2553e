import type { JsonObject, KubeObject } from '@millrace/core';
import { expect, it } from 'vitest';
import { endedBeside } from './pod-story.ts';

const pod = (...containerStatuses: readonly JsonObject[]): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  status: { containerStatuses },
});
const container = (name: string, state: JsonObject, lastState: JsonObject = {}): JsonObject => ({
  name,
  image: `${name}:1`,
  state,
  lastState,
});
const ended = (exitCode: number, reason: string): JsonObject => ({
  terminated: { exitCode, reason },
});
const running: JsonObject = { running: {} };

it.each<[string, KubeObject, readonly string[]]>([
  ['a pod without status tells nothing', { apiVersion: 'v1', kind: 'Pod', metadata: {} }, []],
  [
    'a service that runs or ended well is no news',
    pod(container('a', running), container('b', ended(0, 'Completed'))),
    [],
  ],
  [
    'a service that was killed is',
    pod(container('db', ended(137, 'OOMKilled'))),
    ['container db (db:1) ended: exit code 137, reason OOMKilled'],
  ],
  [
    'one of whose processes ran out of memory is, whatever its own exit',
    pod(container('db', ended(0, 'OOMKilled'))),
    ['container db (db:1) ended: exit code 0, reason OOMKilled'],
  ],
  [
    'one that runs again after such an end is',
    pod(container('db', running, ended(1, 'Error'))),
    ['container db (db:1) ended: exit code 1, reason Error'],
  ],
  ['the job’s own containers are told elsewhere', pod(container('build', ended(1, 'Error'))), []],
])('%s', (_behaviour, given, expected) => {
  expect(endedBeside(given, ['build', 'helper'])).toEqual(expected);
});
