import type { JsonValue } from '@millrace/core';
import type { CompareRules } from './compare-values.ts';
import { sameHelperImage, steadyName, steadyServiceName } from './random-parts.ts';

const oursByKey = /^(millrace\.dev\/|MILLRACE_|millrace-)/;
const oursInList = /\/(env|volumes|volumeMounts|containers)\/(MILLRACE_|millrace-|\/millrace)/;
const bootstrapped =
  /\/(containers|initContainers)\/(build|helper|init-permissions)\/(command|args)$/;
const versions = /\/env\/(CI_RUNNER_VERSION|CI_RUNNER_REVISION|CI_RUNNER_EXECUTABLE_ARCH)\//;
const serverFields =
  /\/metadata\/(creationTimestamp|generateName|resourceVersion|uid)$|\/status$|\/ownerReferences\b/;

/** What objects of a job may differ in, and nothing else. */
export const objectRules: CompareRules = {
  skip: (where, expected, got) =>
    (where.endsWith('/initContainers/init-permissions') && got === undefined) ||
    (bootstrapped.test(where) && isBootstrap(expected)) ||
    versions.test(where) ||
    serverFields.test(where) ||
    (oursInList.test(where) && expected === undefined),
  sameText: (where, expected, got) =>
    steadyName(expected) === steadyName(got) ||
    (where === 'Service/metadata/name' && steadyServiceName(expected) === steadyServiceName(got)) ||
    // A clock.
    where.endsWith('pause-heartbeat') ||
    (where.endsWith('/image') && sameHelperImage(expected, got)),
  steadyKey: steadyName,
  addition: (key) => oursByKey.test(key),
};

/** How stages are started is ours; a command that an operator or a job chose is not. */
const isBootstrap = (command: JsonValue | undefined): boolean =>
  command === undefined ||
  /<[A-Z-]+>|\/(scripts|logs)-|gitlab-runner-(build|helper)|detect|dumb-init/.test(
    JSON.stringify(command),
  );
