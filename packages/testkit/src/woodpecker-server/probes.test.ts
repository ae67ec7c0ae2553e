import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GrpcStatus } from './call-refusal.ts';
import type { AgentCallName } from './calls.ts';
import { openRawAgent, type RawAgent } from './raw-agent.test.helper.ts';
import { startWoodpeckerServer } from './start-woodpecker-server.ts';
import type { WoodpeckerServer } from './woodpecker-server.ts';

/** A call to a real server, one after another in one conversation, and what it answered. */
interface Probe {
  readonly probe: string;
  readonly call: AgentCallName;
  /** Whose token it carries. */
  readonly agent?: number;
  readonly prefix?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly request: Readonly<Record<string, unknown>>;
  readonly code: GrpcStatus;
  readonly text?: string;
  readonly response?: Readonly<Record<string, unknown>>;
}

const probes = JSON.parse(
  readFileSync(new URL('fixtures/probes.json', import.meta.url), 'utf8'),
) as readonly Probe[];
const steps = ['01M7YAX9G040Z1CSM2CHETXWD0', '01M7YAX9G040Z1CSM2CHR52N9P'];
const variable = ['access_token', 'payload', 'server_version'];

let server: WoodpeckerServer;
let agent: RawAgent;
const tokens = new Map<number, string>();

beforeAll(async () => {
  server = await startWoodpeckerServer();
  agent = openRawAgent(server.address);
});

afterAll(async () => {
  agent.close();
  await server.close();
});

it.each(probes)('answers as a Woodpecker server does: $probe', async (probe) => {
  const { call, agent: whose, prefix = '', metadata = {}, code, text, response } = probe;
  if (probe.probe === 'next matches')
    server.addWorkflow({
      id: '1',
      payload: { pipeline: steps.map((uuid) => ({ steps: [{ name: uuid, uuid }] })) },
    });
  const token = whose === undefined ? {} : { token: prefix + (tokens.get(whose) ?? '') };
  const answer = await agent.call(call, requestOf(probe), {
    metadata: { ...metadata, ...token },
    ...(code === 'DEADLINE_EXCEEDED' ? { deadline: 50 } : {}),
  });
  expect(answer.code).toBe(code);
  if (code === 'DEADLINE_EXCEEDED') return;
  expect(answer.text).toBe(text ?? '');
  expect(withoutVariable(answer.response)).toMatchObject(withoutVariable(response ?? {}));
  const { agent_id: id, access_token: given } = answer.response as {
    readonly agent_id?: number;
    readonly access_token?: string;
  };
  if (id !== undefined && given !== undefined) tokens.set(id, given);
});

/** The secret is this server's, and bytes are written in base 64. */
function requestOf({ request }: Probe): Readonly<Record<string, unknown>> {
  const { agent_token: token, logEntries } = request;
  const entries = logEntries as readonly { readonly data: string }[] | undefined;
  return {
    ...request,
    ...(token === 'live-agent-secret' ? { agent_token: server.secret } : {}),
    ...(entries === undefined
      ? {}
      : {
          logEntries: entries.map((each) => ({ ...each, data: Buffer.from(each.data, 'base64') })),
        }),
  };
}

/** Without what differs from server to server, at whatever depth. */
function withoutVariable(value: object): object {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !variable.includes(key))
      .map(([key, each]: [string, unknown]) => [
        key,
        typeof each === 'object' && each !== null ? withoutVariable(each) : each,
      ]),
  );
}
