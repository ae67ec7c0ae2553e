import { fieldsOf, type MessageName, type WireField, type WireMessage } from './message-fields.ts';

/** A message as it goes on the wire: defaults are left out, fields stand in the order of their numbers. */
export function writeMessage<Name extends MessageName>(
  name: Name,
  message: Partial<WireMessage<Name>>,
): Buffer {
  const values = message as Readonly<Record<string, unknown>>;
  return Buffer.concat(
    [...fieldsOf(name)].flatMap(([field, description]) => writeField(description, values[field])),
  );
}

function writeField(field: WireField, value: unknown): readonly Buffer[] {
  if (value === undefined) return [];
  switch (field.type) {
    case 'bool':
    case 'int32':
    case 'int64':
      return writeNumber(field.no, Number(value));
    case 'bytes':
      return writeBytes(field.no, value as Buffer);
    case 'string':
      return writeBytes(field.no, Buffer.from(value as string));
    case 'labels':
      return Object.entries(value as Readonly<Record<string, string>>).flatMap(([key, text]) =>
        delimited(field.no, Buffer.concat([entryPart(1, key), entryPart(2, text)])),
      );
    case 'message':
      return delimited(field.no, writeMessage(field.of, value as object));
    case 'messages':
      return (value as readonly object[]).flatMap((each) =>
        delimited(field.no, writeMessage(field.of, each)),
      );
  }
}

const writeNumber = (no: number, value: number): readonly Buffer[] =>
  value === 0 ? [] : [varint(no << 3), varint(value)];

const writeBytes = (no: number, value: Buffer): readonly Buffer[] =>
  value.length === 0 ? [] : delimited(no, value);

/** Keys and values of a map are written even when they are empty. */
const entryPart = (no: number, value: string): Buffer =>
  Buffer.concat(delimited(no, Buffer.from(value)));

const delimited = (no: number, bytes: Buffer): readonly Buffer[] => [
  varint((no << 3) | 2),
  varint(bytes.length),
  bytes,
];

/** Seven bits a byte, the lowest first; a negative number takes ten bytes. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
