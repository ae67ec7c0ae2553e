import { describe, expect, it } from 'vitest';
import type { AgentRoom } from './woodpecker-room.ts';

/** What the operator gets wrong: each is told with its name and with what to do. */
export function wrongInputCases({ server, run, start, expectCleanEnd }: AgentRoom): void {
  describe('the agent does not start', () => {
    it.each<[string, Readonly<Record<string, string>>, ...string[]]>([
      [
        'with a wrong secret',
        { WOODPECKER_AGENT_SECRET: 'wrong' },
        'individual agent not found by token',
        'check WOODPECKER_AGENT_SECRET',
      ],
      ['without a secret', { WOODPECKER_AGENT_SECRET: '' }, 'WOODPECKER_AGENT_SECRET'],
      [
        'without a cluster',
        { KUBERNETES_SERVICE_HOST: '' },
        "can't detect an available backend engine",
        'set KUBERNETES_SERVICE_HOST and KUBECONFIG',
      ],
      [
        'with another backend',
        { WOODPECKER_BACKEND: 'docker' },
        "backend engine 'docker' not found",
        'set WOODPECKER_BACKEND to kubernetes',
      ],
      [
        'without its server',
        { WOODPECKER_SERVER: '127.0.0.1:1', WOODPECKER_CONNECT_RETRY_DELAY: '10ms' },
        'check the address of the server',
      ],
      [
        'with the socket of a server that is not there',
        { WOODPECKER_SERVER: 'unix:///nowhere.sock' },
        'can not connect to unix socket, "/nowhere.sock" not exist',
      ],
      [
        'without a namespace',
        { WOODPECKER_BACKEND_K8S_NAMESPACE: '' },
        'WOODPECKER_BACKEND_K8S_NAMESPACE',
      ],
    ])('%s, and says why', async (_what, env, ...words) => {
      const { exitCode, stderr } = await (await run([], env)).finished;
      expect(exitCode).toBe(1);
      for (const each of words) expect(stderr).toContain(each);
    });

    it('with wrong settings, and tells all of them, each with its fix', async () => {
      const { exitCode, stderr } = await (
        await run([], {
          WOODPECKER_MAX_WORKFLOWS: 'many',
          WOODPECKER_AGENT_LABELS: 'alone',
          WOODPECKER_GRPC_SECURE: 'perhaps',
          WOODPECKER_RETRY_TIMEOUT: '120',
          WOODPECKER_BACKEND_K8S_POD_LABELS: 'a: [',
        })
      ).finished;
      expect(exitCode).toBe(1);
      for (const words of [
        /WOODPECKER_MAX_WORKFLOWS: could not parse "many" as int64 .*write a whole number/,
        /WOODPECKER_AGENT_LABELS: key 'alone' does not have a value assigned.*write key=value/,
        /WOODPECKER_GRPC_SECURE: could not parse "perhaps" as bool .*write true or false/,
        /WOODPECKER_RETRY_TIMEOUT: could not parse "120" as time\.Duration .*write/,
        /WOODPECKER_BACKEND_K8S_POD_LABELS: it is no YAML.*write a YAML or JSON object/,
      ])
        expect(stderr).toMatch(words);
    });

    it('with a server of another protocol, and names both versions', async () => {
      server().faults.add({ call: 'Version' }, { kind: 'speak', version: 15 });
      const { exitCode, stderr } = await (await run([])).finished;
      expect(exitCode).toBe(1);
      expect(stderr).toContain(
        'GRPC version mismatch: the server (3.17.0) speaks version 15, this agent 16',
      );
      expect(stderr).toContain('use a server of a release that speaks');
    });
  });

  it('the labels of the agent are never empty, whatever the operator leaves out', async () => {
    const agent = await start({ WOODPECKER_AGENT_LABELS: ' ,', WOODPECKER_FILTER_LABELS: '' });
    await server().whenPolled();
    const poll = server()
      .calls()
      .find(({ name }) => name === 'Next')?.request as
      | { readonly filter?: { readonly labels?: Readonly<Record<string, string>> } }
      | undefined;
    expect(poll?.filter?.labels).toEqual({
      hostname: 'suite-agent',
      platform: expect.stringMatching(/^linux\//) as string,
      backend: 'kubernetes',
      repo: '*',
    });
    await expectCleanEnd(agent);
  });
}
