import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { messagesOf, type AgentCallName } from '../calls.ts';
import type { MessageName, WireMessage } from './message-fields.ts';
import { readMessage } from './read-message.ts';
import { writeMessage } from './write-message.ts';

const vector = <Name extends MessageName>(
  name: Name,
  message: Partial<WireMessage<Name>>,
  hex: string,
): readonly [MessageName, Readonly<Record<string, unknown>>, string] => [name, message, hex];

const started = 1_700_000_000;
const startEvent = {
  step_uuid: 'U1',
  started: 0,
  finished: 0,
  exited: false,
  exit_code: 0,
  error: '',
  canceled: false,
  skipped: false,
};

it.each([
  vector(
    'AuthRequest',
    { agent_token: 's3cret', agent_id: -1 },
    '0a0673336372657410ffffffffffffffffff01',
  ),
  vector('NextRequest', { filter: { labels: { repo: '*' } } }, '0a0b0a090a047265706f12012a'),
  vector(
    'RegisterAgentRequest',
    {
      info: {
        platform: 'linux/amd64',
        capacity: 1,
        backend: 'kubernetes',
        version: 'dev',
        customLabels: {},
      },
    },
    '0a200a0b6c696e75782f616d64363410011a0a6b756265726e657465732203646576',
  ),
  vector('UpdateRequest', { id: '42', state: startEvent }, '0a02343212040a025531'),
  vector(
    'UpdateRequest',
    { id: '42', state: { ...startEvent, skipped: true } },
    '0a02343212060a0255314001',
  ),
  vector(
    'UpdateRequest',
    {
      id: '42',
      state: { ...startEvent, started, finished: started + 5, exited: true, exit_code: 137 },
    },
    '0a02343212150a0255311080e2cfaa061885e2cfaa062001288901',
  ),
  vector(
    'DoneRequest',
    { id: '42', state: { started, finished: started + 60, error: '', canceled: true } },
    '0a023432120e0880e2cfaa0610bce2cfaa062001',
  ),
  vector(
    'LogRequest',
    { logEntries: [{ step_uuid: 'U1', time: 3, line: 1, type: 0, data: Buffer.from('hi') }] },
    '0a0c0a025531100318012a026869',
  ),
  vector('WaitResponse', { canceled: true }, '0801'),
])('%s %j has the bytes of the protocol, both ways', (name, message, hex) => {
  expect(writeMessage(name, message).toString('hex')).toBe(hex);
  const complaints: string[] = [];
  const read = readMessage(name, Buffer.from(hex, 'hex'), (each) => complaints.push(each));
  expect([read, complaints]).toEqual([message, []]);
});

it.each([
  ['a field that is not there', 'WaitRequest', '1001', 'WaitRequest has no field 2'],
  ['a field that comes twice', 'WaitRequest', '0a01310a0131', 'WaitRequest.id comes twice'],
  ['a number for a text', 'WaitRequest', '0801', 'WaitRequest.id has wire type 0'],
  ['a text of broken UTF-8', 'WaitRequest', '0a01ff', 'WaitRequest.id is not UTF-8'],
] as const)('complains of %s', (_what, name, hex, sentence) => {
  const complaints: string[] = [];
  readMessage(name, Buffer.from(hex, 'hex'), (each) => complaints.push(each));
  expect(complaints).toEqual([sentence]);
});

it.each(['0a', '0a05', '80', '0b'])('%s is no message', (hex) => {
  expect(() => readMessage('WaitRequest', Buffer.from(hex, 'hex'), () => undefined)).toThrow(
    'a message ',
  );
});

interface RecordedRequest {
  readonly call: AgentCallName;
  readonly hex: string;
  /** As protocol buffers are written in JSON: defaults left out, bytes in base 64. */
  readonly request: object;
}

const recorded = JSON.parse(
  readFileSync(new URL('../fixtures/recorded-requests.json', import.meta.url), 'utf8'),
) as readonly RecordedRequest[];

it.each(recorded)('reads what a Woodpecker agent sent: $call $hex', ({ call, hex, request }) => {
  const name: MessageName = messagesOf[call].request;
  const complaints: string[] = [];
  const read = readMessage(name, Buffer.from(hex, 'hex'), (each) => complaints.push(each));
  expect(complaints).toEqual([]);
  expect(withBase64(read)).toMatchObject(request);
  expect(writeMessage(name, read).length).toBe(hex.length / 2);
});

/** Bytes in base 64, at whatever depth. */
function withBase64(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (Array.isArray(value)) return value.map(withBase64);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]: [string, unknown]) => [key, withBase64(each)]),
  );
}
