import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeClock } from '@millrace/async';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configFile } from '../config/config-file.ts';
import { createFleet, type Fleet } from './fleet.ts';
import { recordedLog } from './recorded-log.test.helper.ts';

let state: string;
let fleet: Fleet;
let said: readonly string[];
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'millrace-fleet-'));
  const log = recordedLog();
  said = log.said;
  fleet = createFleet({
    systemId: 's_1',
    state,
    clock: createFakeClock(),
    logger: log.logger,
    environment: {},
    signal: new AbortController().signal,
  });
});
afterEach(async () => {
  await fleet.close();
  await rm(state, { recursive: true });
});

/** A cluster that nobody asks anything. */
const runner = (name: string, token: string, lines = ''): string =>
  `[[runners]]\nname = "${name}"\nurl = "https://gitlab.example.com"\ntoken = "${token}"\nexecutor = "kubernetes"\n${lines}\n[runners.kubernetes]\nhost = "https://127.0.0.1:1"\nbearer_token = "x"\n`;
const load = (...runners: readonly string[]) =>
  fleet.load(configFile(runners.join(''), join(state, 'config.toml')));
const names = (): readonly string[] => fleet.members().map((member) => member.runner.name);

describe('a fleet', () => {
  it('has the runners of its configuration, and says which it meets for the first time', async () => {
    expect((await load(runner('a', 't1'))).map(({ runner: { name } }) => name)).toEqual(['a']);
    const met = await load(runner('a', 't1'), runner('b', 't2'));
    expect(met.map(({ runner: { name } }) => name)).toEqual(['b']);
    expect(names()).toEqual(['a', 'b']);
    await load(runner('b', 't2'));
    expect(names()).toEqual(['b']);
    expect(await load(runner('a', 't1'))).toEqual([]);
  });

  it('meets a runner once that is configured twice: its jobs are gone on with once', async () => {
    expect(await load(runner('a', 't1'), runner('again', 't1'))).toHaveLength(1);
    expect(names()).toEqual(['a', 'again']);
  });

  it('leaves out runners without a token, and those of other executors', async () => {
    const docker = runner('d', 't3').replace('"kubernetes"', '"docker"');
    await load(runner('a', ' '), docker, runner('b', 't2'));
    expect(names()).toEqual(['b']);
    expect(said.join('\n')).toMatch(
      /^warn Runner token is empty[^\n]*\nerror Executor "docker" is not known/,
    );
  });

  it('stays as it was when a new configuration is wrong', async () => {
    await load(runner('a', 't1'));
    await expect(
      load(runner('b', 't2'), runner('c', 't3', 'output_limi = 3\nshell = 4')),
    ).rejects.toThrow();
    expect(names()).toEqual(['a']);
    // Now it is met: its place was opened, and nobody has looked into it.
    expect(await load(runner('b', 't2'))).toHaveLength(1);
  });

  it('keeps a runner open as long as somebody holds it', async () => {
    await load(runner('a', 't1'));
    const [member] = fleet.members();
    const release = member?.hold();
    await load();
    expect(names()).toEqual([]);
    expect(member?.runner.generation.plugins.length).toBeGreaterThan(0);
    await release?.();
  });
});
