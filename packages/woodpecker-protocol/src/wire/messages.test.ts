import { create, toBinary } from '@bufbuild/protobuf';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  AuthRequestSchema,
  DoneRequestSchema,
  file_woodpecker,
  LogRequestSchema,
  NextRequestSchema,
  RegisterAgentRequestSchema,
  UpdateRequestSchema,
  WaitResponseSchema,
} from './woodpecker.generated.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const ran = { stepUuid: 'U1', started: 1_700_000_000n, finished: 1_700_000_005n, exited: true };

it.each([
  [
    'an authentication of an unknown agent',
    toBinary(AuthRequestSchema, create(AuthRequestSchema, { agentToken: 's3cret', agentId: -1n })),
    '0a0673336372657410ffffffffffffffffff01',
  ],
  [
    'a question for work',
    toBinary(NextRequestSchema, create(NextRequestSchema, { filter: { labels: { repo: '*' } } })),
    '0a0b0a090a047265706f12012a',
  ],
  [
    'a registration',
    toBinary(
      RegisterAgentRequestSchema,
      create(RegisterAgentRequestSchema, {
        info: { platform: 'linux/amd64', capacity: 1, backend: 'kubernetes', version: 'dev' },
      }),
    ),
    '0a200a0b6c696e75782f616d64363410011a0a6b756265726e657465732203646576',
  ],
  [
    'a step that starts',
    toBinary(
      UpdateRequestSchema,
      create(UpdateRequestSchema, { id: '42', state: { stepUuid: 'U1' } }),
    ),
    '0a02343212040a025531',
  ],
  [
    'a step that is skipped',
    toBinary(
      UpdateRequestSchema,
      create(UpdateRequestSchema, { id: '42', state: { stepUuid: 'U1', skipped: true } }),
    ),
    '0a02343212060a0255314001',
  ],
  [
    'a step that exited',
    toBinary(
      UpdateRequestSchema,
      create(UpdateRequestSchema, { id: '42', state: { ...ran, exitCode: 137 } }),
    ),
    '0a02343212150a0255311080e2cfaa061885e2cfaa062001288901',
  ],
  [
    'a canceled workflow',
    toBinary(
      DoneRequestSchema,
      create(DoneRequestSchema, {
        id: '42',
        state: { started: 1_700_000_000n, finished: 1_700_000_060n, canceled: true },
      }),
    ),
    '0a023432120e0880e2cfaa0610bce2cfaa062001',
  ],
  [
    'a line of a log',
    toBinary(
      LogRequestSchema,
      create(LogRequestSchema, {
        logEntries: [{ stepUuid: 'U1', time: 3n, line: 1, data: text('hi') }],
      }),
    ),
    '0a0c0a025531100318012a026869',
  ],
  [
    'the news of a cancel',
    toBinary(WaitResponseSchema, create(WaitResponseSchema, { canceled: true })),
    '0801',
  ],
])('%s has the bytes of the protocol', (_what, bytes, expected) => {
  expect(hex(bytes)).toBe(expected);
});

it('the generated code is that of the proto file', () => {
  const source = readFileSync(new URL('../../proto/woodpecker.proto', import.meta.url), 'utf8');
  const written = [...source.matchAll(/^message (\w+) \{([^}]*)\}/gmu)].map(
    ([, name = '', body = '']) => [
      name,
      ...[...body.matchAll(/(\w+) = (\d+);/gu)].map(([, field, number]) => `${field} ${number}`),
    ],
  );
  expect(
    file_woodpecker.messages.map(({ name, fields }) => [
      name,
      ...fields.map((field) => `${field.name} ${field.number}`),
    ]),
  ).toEqual(written);
});
