import { definePlugin, PlatformToken, type JsonObject } from '@millrace/core';
import { createPluginHarness, type PluginHarness } from '@millrace/testkit';
import { expect, it } from 'vitest';
import { bindings } from './gitlab.ts';
import { plugin } from './index.ts';

/** Stands for the scheduling plugin. */
const platform = (os: string): ReturnType<typeof definePlugin> =>
  definePlugin({
    name: 'test-platform',
    configKey: 'test_platform',
    configSchema: {
      '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) },
    },
    setup: ({ provide }) => {
      provide(PlatformToken, { needs: {} }, () => ({
        os,
        architecture: undefined,
        windowsBuild: undefined,
      }));
    },
  });

interface Asked {
  readonly build?: string;
  readonly service?: string;
  readonly os?: string;
}

const harness = (
  toml: string,
  { build, service, os = 'linux' }: Asked = {},
): Promise<PluginHarness> =>
  createPluginHarness(plugin, {
    toml: `[runners.kubernetes]\n${toml}`,
    bindings,
    beside: [platform(os)],
    containers: [
      { name: 'init-permissions', role: 'init', init: true },
      { name: 'build', role: 'build', image: { name: 'b', ...(build ? { user: build } : {}) } },
      { name: 'helper', role: 'helper', rank: 1 },
      {
        name: 'r',
        role: 'service',
        rank: 2,
        image: { name: 'r', ...(service ? { user: service } : {}) },
      },
      { name: 'proxy', role: 'sidecar', rank: 3 },
    ],
  });

/** `securityContext` by container; the pod's own under its kind. */
function contextsOf({ pod }: PluginHarness): Readonly<Record<string, unknown>> {
  const spec = pod()['spec'] as JsonObject;
  const lists = [spec['initContainers'], spec['containers']].flat() as readonly JsonObject[];
  return Object.fromEntries([
    ['Pod', spec['securityContext']],
    ...lists.map(
      (container) => [container['name'] as string, container['securityContext']] as const,
    ),
  ]);
}

const linesOf = ({ plan }: PluginHarness): readonly string[] =>
  plan().log.map(({ kind, text }) => (kind === 'warn' ? `WARNING: ${text}` : text));

const capabilities = { drop: ['NET_RAW'] };

it('drops NET_RAW in the containers of the job and leaves sidecars alone (gitlab/001)', async () => {
  expect(contextsOf(await harness(''))).toEqual({
    Pod: undefined,
    'init-permissions': { capabilities },
    build: { capabilities },
    helper: { capabilities },
    r: { capabilities },
    proxy: undefined,
  });
});

it('drops nothing on Windows, which has no capabilities', async () => {
  expect(contextsOf(await harness('', { os: 'windows' }))['build']).toBeUndefined();
});

it("repeats the pod's user in containers, but not where files are prepared (gitlab/133)", async () => {
  const ids = { runAsUser: 59417, runAsGroup: 59418 };
  const toml = `
    [runners.kubernetes.pod_security_context]
      run_as_non_root = true
      run_as_user = 59417
      run_as_group = 59418
      fs_group = 59419
      supplemental_groups = [1, 2]
      selinux_type = "spc_t"
      [runners.kubernetes.pod_security_context.seccomp_profile]
        type = "RuntimeDefault"
      [runners.kubernetes.pod_security_context.app_armor_profile]
        type = "Localhost"
        localhost_profile = "k8s-ci"
  `;
  expect(contextsOf(await harness(toml))).toEqual({
    Pod: {
      ...ids,
      runAsNonRoot: true,
      fsGroup: 59419,
      supplementalGroups: [1, 2],
      seLinuxOptions: { type: 'spc_t' },
      seccompProfile: { type: 'RuntimeDefault' },
      appArmorProfile: { type: 'Localhost', localhostProfile: 'k8s-ci' },
    },
    'init-permissions': { capabilities },
    build: { capabilities, ...ids },
    helper: { capabilities, ...ids },
    r: { capabilities, ...ids },
    proxy: undefined,
  });
});

it('gives every container its own context (gitlab/135)', async () => {
  const toml = `
    [runners.kubernetes.init_permissions_container_security_context]
      run_as_user = 1
    [runners.kubernetes.build_container_security_context]
      run_as_user = 2
      read_only_root_filesystem = true
      [runners.kubernetes.build_container_security_context.capabilities]
        add = ["NET_ADMIN"]
        drop = ["ALL"]
    [runners.kubernetes.helper_container_security_context]
      run_as_user = 3
      run_as_group = 33
    [runners.kubernetes.service_container_security_context]
      run_as_user = 4
      run_as_non_root = true
      allow_privilege_escalation = false
  `;
  expect(contextsOf(await harness(toml))).toEqual({
    Pod: undefined,
    'init-permissions': { capabilities, runAsUser: 1 },
    build: {
      capabilities: { add: ['NET_ADMIN'], drop: ['ALL'] },
      runAsUser: 2,
      readOnlyRootFilesystem: true,
    },
    helper: { capabilities, runAsUser: 3, runAsGroup: 33 },
    r: { capabilities, runAsUser: 4, runAsNonRoot: true, allowPrivilegeEscalation: false },
    proxy: undefined,
  });
});

it.each([
  [
    'drop beats add, and add beats NET_RAW (gitlab/137)',
    'cap_add = ["SYS_ADMIN", "NET_RAW", "SYS_PTRACE"]\ncap_drop = ["SYS_ADMIN", "KILL"]',
    { add: ['NET_RAW', 'SYS_PTRACE'], drop: ['KILL', 'SYS_ADMIN'] },
  ],
  [
    'a list of the container replaces one list',
    'cap_add = ["CHOWN"]\n[runners.kubernetes.build_container_security_context.capabilities]\nadd = ["KILL"]',
    { add: ['KILL'], drop: ['NET_RAW'] },
  ],
  [
    'an empty list of the container replaces nothing',
    'cap_drop = ["CHOWN"]\n[runners.kubernetes.build_container_security_context.capabilities]\ndrop = []',
    { drop: ['CHOWN', 'NET_RAW'] },
  ],
])('%s', async (_behaviour, toml, expected) => {
  expect(contextsOf(await harness(toml))['build']).toEqual({ capabilities: expected });
});

it.each([true, false])('sends privileged = %s to all containers (gitlab/139)', async (value) => {
  const contexts = contextsOf(
    await harness(`privileged = ${value}\nallow_privilege_escalation = ${value}`),
  );
  const expected = { capabilities, privileged: value, allowPrivilegeEscalation: value };
  expect(contexts).toMatchObject({ 'init-permissions': expected, build: expected, r: expected });
});

it("prefers a container's own privileged", async () => {
  const { build, helper } = contextsOf(
    await harness(
      'privileged = true\n[runners.kubernetes.build_container_security_context]\nprivileged = false',
    ),
  );
  expect(build).toEqual({ capabilities, privileged: false });
  expect(helper).toEqual({ capabilities, privileged: true });
});

it('gives the job the users that it may ask for (gitlab/141)', async () => {
  const planned = await harness('allowed_users = ["1000", "0"]\nallowed_groups = ["2000"]', {
    build: '1000:2000',
    service: '0',
  });
  const contexts = contextsOf(planned);
  expect(contexts['build']).toEqual({ capabilities, runAsUser: 1000, runAsGroup: 2000 });
  expect(contexts['r']).toEqual({ capabilities, runAsUser: 0 });
  expect(contexts['helper']).toEqual({ capabilities });
  expect(linesOf(planned)).toEqual([]);
});

const parsing = (id: string): string =>
  `WARNING: Error parsing '${id}' from image options for container "build", using the configured security context: `;

it.each([
  [
    'root',
    '',
    `${parsing('uid')}failed to parse UID: strconv.ParseInt: parsing "root": invalid syntax`,
  ],
  ['-1', '', `${parsing('uid')}failed to parse UID: negative values not allowed`],
  ['0', '', `${parsing('uid')}validating UID: user "0" is not in the allowed list: []`],
  ['00', '', `${parsing('uid')}validating UID: user "00" is not in the allowed list: []`],
  [
    '5',
    'allowed_users = ["6", "7"]',
    `${parsing('uid')}validating UID: user "5" is not in the allowed list: [6 7]`,
  ],
  [':x', '', `${parsing('gid')}failed to parse GID: strconv.ParseInt: parsing "x": invalid syntax`],
  [
    ':5',
    'allowed_groups = ["6"]',
    `${parsing('gid')}validating GID: group "5" is not in the allowed list: [6]`,
  ],
  [
    '99999999999999999999',
    '',
    `${parsing('uid')}failed to parse UID: strconv.ParseInt: parsing "99999999999999999999": value out of range`,
  ],
])('warns of the user %s with %s, and goes on without (gitlab/143)', async (build, toml, line) => {
  const planned = await harness(toml, { build });
  expect(contextsOf(planned)['build']).toEqual({ capabilities });
  expect(linesOf(planned)).toEqual([line]);
});

it('takes a good group beside a bad user', async () => {
  const planned = await harness('', { build: 'root:5' });
  expect(contextsOf(planned)['build']).toEqual({ capabilities, runAsGroup: 5 });
});

it('lets what the operator set win over the job, and says so (gitlab/145)', async () => {
  const planned = await harness(
    'allowed_users = ["1"]\n[runners.kubernetes.pod_security_context]\nrun_as_user = 3000',
    { build: '1000:1001', service: '5' },
  );
  expect(contextsOf(planned)).toMatchObject({
    build: { capabilities, runAsUser: 3000, runAsGroup: 1001 },
    helper: { capabilities, runAsUser: 3000 },
    r: { capabilities, runAsUser: 3000 },
  });
  expect(linesOf(planned)).toEqual([
    'Overriding user for container "r" to "5" is not allowed: user is set to 3000 in pod security context',
    'Overriding user for container "build" to "1000" is not allowed: user is set to 3000 in pod security context',
  ]);
  expect(planned.plan().decisions).toMatchObject([
    { subject: 'user of container r', value: '5', allowed: false },
    { subject: 'user of container build', value: '1000', allowed: false },
    { subject: 'group of container build', value: '1001', allowed: true },
  ]);
});

it('names the context of the container before that of the pod', async () => {
  const planned = await harness(
    '[runners.kubernetes.build_container_security_context]\nrun_as_group = 7',
    { build: ':8' },
  );
  expect(linesOf(planned)).toEqual([
    'Overriding group for container "build" to "8" is not allowed: group is set to 7 in container security context',
  ]);
});

it.each([
  ['unmasked', 'Unmasked', []],
  [' DEFAULT ', 'Default', []],
  ['', undefined, []],
  ['open', undefined, ['WARNING: invalid proc-mount value: Open']],
])('reads proc_mount = "%s" as %s', async (written, sent, lines) => {
  const planned = await harness(
    `[runners.kubernetes.service_container_security_context]\nproc_mount = "${written}"`,
  );
  expect(contextsOf(planned)['r']).toEqual({ capabilities, ...(sent ? { procMount: sent } : {}) });
  expect(linesOf(planned)).toEqual(lines);
});

it.each([
  ['type = "Unconfined"', { type: 'Unconfined' }, []],
  [
    'type = "Localhost"\nlocalhost_profile = "a.json"',
    { type: 'Localhost', localhostProfile: 'a.json' },
    [],
  ],
  ['localhost_profile = "a.json"', undefined, []],
  [
    'type = "runtimedefault"',
    undefined,
    ['WARNING: invalid seccomp profile type value: runtimedefault'],
  ],
  [
    'type = "Localhost"',
    undefined,
    ['WARNING: seccomp profile of type Localhost needs a localhost_profile, left out'],
  ],
])('reads the seccomp profile %s', async (written, sent, lines) => {
  const planned = await harness(
    `[runners.kubernetes.build_container_security_context.seccomp_profile]\n${written}`,
  );
  expect(contextsOf(planned)['build']).toEqual({
    capabilities,
    ...(sent ? { seccompProfile: sent } : {}),
  });
  expect(linesOf(planned)).toEqual(lines);
});

it('names the line that set a field', async () => {
  const planned = await harness(
    '[runners.kubernetes.build_container_security_context]\nrun_as_user = 2',
  );
  expect(planned.explain('/spec/containers/0/securityContext/runAsUser')).toMatchObject([
    { source: 'runners.kubernetes.build_container_security_context.run_as_user (config.toml:4)' },
  ]);
});

it('stops for supplemental groups that are no numbers', async () => {
  await expect(
    harness('[runners.kubernetes.pod_security_context]\nsupplemental_groups = ["wheel"]'),
  ).rejects.toThrow('supplemental_groups: must be a list of whole numbers');
});

it('refuses the job when two rules differ about one container', async () => {
  const planned = await harness(`
    [runners.kubernetes.build_container_security_context]
      run_as_user = 2
    [runners.millrace.security.rules.mine]
      containers = ["build"]
      context = { runAsUser = 3 }
  `);
  expect(planned.plan().refused?.message).toContain('runAsUser');
});
