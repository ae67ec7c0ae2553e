import { expect, it } from 'vitest';
import { setupScript, type SetupPlan } from './setup-script.ts';

const plan: SetupPlan = {
  folder: '/data/c1',
  image: undefined,
  upper: 'disk',
  premake: false,
  hostname: "it's",
  workingDirectory: '/',
  lateVariables: [],
  launch: ['/usr/bin/unshare'],
  beforeMove: [],
  layout: [
    { kind: 'overlay', path: '/usr', lower: '/usr' },
    { kind: 'link', path: '/bin', target: 'usr/bin' },
    { kind: 'directory', path: '/etc', files: ['/etc/hosts'] },
  ],
  mounts: [{ source: '/v', path: '/usr/new/place', readOnly: true, file: false, exists: false }],
};

it.each([
  [
    'an overlay per folder of this machine',
    plan,
    'lowerdir=/usr,upperdir=/data/c1/upper/0,workdir=/data/c1/upper/work-0,userxattr',
  ],
  [
    'one overlay for an unpacked image',
    { ...plan, image: '/img' },
    'lowerdir=/img,upperdir=/data/c1/upper/0',
  ],
  [
    'files of a folder with mounts below are copied',
    plan,
    "cp -a '/etc/hosts' '/data/c1/root/etc'",
  ],
  [
    'mount points in the upper folder for an ordinary user',
    { ...plan, premake: true },
    "'/data/c1/upper/0/new/place'",
  ],
  [
    'a writable layer in memory',
    { ...plan, upper: 'memory' as const },
    "mount -t tmpfs -o mode=755 tmpfs '/data/c1/upper'",
  ],
  ['read-only volumes by a second mount', plan, "mount -o remount,bind,ro './usr/new/place'"],
  ['quoting of what the pod chooses', plan, String.raw`hostname 'it'\''s'`],
  [
    'variables that would act on the set-up come last',
    { ...plan, lateVariables: ['LD_PRELOAD'] },
    'export LD_PRELOAD="$MILLRACE_LATE_LD_PRELOAD"; unset MILLRACE_LATE_LD_PRELOAD',
  ],
])('writes %s', (_what, input, expected) => {
  expect(setupScript(input)).toContain(expected);
});
