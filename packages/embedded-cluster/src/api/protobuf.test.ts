import { describe, expect, it } from 'vitest';
import { decodeProtobuf } from './protobuf.ts';

const varint = (value: number): Buffer =>
  value < 0x80
    ? Buffer.from([value])
    : Buffer.concat([Buffer.from([(value & 0x7f) | 0x80]), varint(value >> 7)]);
const bytes = (number: number, content: Buffer | string): Buffer =>
  Buffer.concat([
    varint((number << 3) | 2),
    varint(Buffer.byteLength(content)),
    Buffer.from(content),
  ]);
const integer = (number: number, value: number): Buffer =>
  Buffer.concat([varint(number << 3), varint(value)]);
const message = (...parts: readonly Buffer[]): Buffer => Buffer.concat(parts);
const envelope = (apiVersion: string, kind: string, raw: Buffer): Buffer =>
  message(
    Buffer.from('k8s\0'),
    bytes(1, message(bytes(1, apiVersion), bytes(2, kind))),
    bytes(2, raw),
  );

describe('protobuf', () => {
  it('reads texts, maps, lists, booleans and numbers', () => {
    const metadata = message(
      bytes(1, 'n'),
      bytes(11, message(bytes(1, 'a'), bytes(2, 'b'))),
      bytes(11, message(bytes(1, 'c'), bytes(2, 'd'))),
      bytes(14, 'x'),
      bytes(14, 'y'),
    );
    const secret = message(
      bytes(1, metadata),
      bytes(2, message(bytes(1, 'key'), bytes(2, 'value'))),
      bytes(3, 'Opaque'),
      integer(5, 1),
    );
    expect(decodeProtobuf(envelope('v1', 'Secret', secret))).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'n', labels: { a: 'b', c: 'd' }, finalizers: ['x', 'y'] },
      data: { key: 'dmFsdWU=' },
      type: 'Opaque',
      immutable: true,
    });
    const token = bytes(2, message(bytes(1, 'https://x'), integer(4, 3600)));
    expect(
      decodeProtobuf(envelope('authentication.k8s.io/v1', 'TokenRequest', token)),
    ).toMatchObject({ spec: { audiences: ['https://x'], expirationSeconds: 3600 } });
  });

  it('reads quantities, numbers that may be texts, and leaves out what Go says for nothing', () => {
    const service = message(
      bytes(1, bytes(1, 'front')),
      bytes(
        2,
        message(
          bytes(
            1,
            message(
              bytes(1, ''),
              bytes(2, 'TCP'),
              integer(3, 80),
              bytes(4, message(integer(1, 0), integer(2, 8080), bytes(3, ''))),
              integer(5, 0),
            ),
          ),
          bytes(
            1,
            message(
              bytes(1, 'b'),
              integer(3, 81),
              bytes(4, message(integer(1, 1), integer(2, 0), bytes(3, 'web'))),
            ),
          ),
          bytes(3, ''),
          bytes(4, 'ClusterIP'),
          integer(12, 0),
          integer(13, 0),
        ),
      ),
    );
    expect(decodeProtobuf(envelope('v1', 'Service', service))).toEqual({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'front' },
      spec: {
        ports: [
          { protocol: 'TCP', port: 80, targetPort: 8080 },
          { name: 'b', port: 81, targetPort: 'web' },
        ],
        type: 'ClusterIP',
      },
    });
    const hard = bytes(1, message(bytes(1, 'pods'), bytes(2, bytes(1, '7'))));
    expect(decodeProtobuf(envelope('v1', 'ResourceQuota', bytes(2, hard)))).toMatchObject({
      spec: { hard: { pods: '7' } },
    });
    const priority = message(integer(2, 0), integer(3, 0));
    expect(decodeProtobuf(envelope('scheduling.k8s.io/v1', 'PriorityClass', priority))).toEqual({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      value: 0,
    });
  });

  it('skips fields it does not know', () => {
    expect(
      decodeProtobuf(
        envelope(
          'v1',
          'Namespace',
          message(bytes(1, bytes(1, 'n')), bytes(99, 'new'), integer(98, 1)),
        ),
      ),
    ).toEqual({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } });
  });

  it('refuses by name a kind it does not know', () => {
    expect(() => decodeProtobuf(envelope('v1', 'Node', Buffer.alloc(0)))).toThrow(
      'protobuf of Node is not understood',
    );
  });

  it.each([
    ['another beginning', Buffer.from('{}')],
    ['an end in the middle', envelope('v1', 'Secret', bytes(1, 'n')).subarray(0, -1)],
    ['a length beyond the end', envelope('v1', 'Secret', Buffer.from([0x0a, 0x7f]))],
  ])('refuses %s', (_what, body) => {
    expect(() => decodeProtobuf(body)).toThrow('malformed protobuf');
  });
});
