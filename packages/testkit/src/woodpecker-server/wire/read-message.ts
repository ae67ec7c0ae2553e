import { createCursor } from './cursor.ts';
import { fieldsOf, type MessageName, type WireField, type WireMessage } from './message-fields.ts';

const wireTypes: Readonly<Record<WireField['type'], number>> = {
  bool: 0,
  int32: 0,
  int64: 0,
  bytes: 2,
  labels: 2,
  message: 2,
  messages: 2,
  string: 2,
};

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a message strictly. Each thing that this version of the protocol does not have goes to `complain`: unknown
 * fields, fields that come twice, strings that are not UTF-8.
 * @throws Error when the bytes are no message at all
 */
export function readMessage<Name extends MessageName>(
  name: Name,
  bytes: Buffer,
  complain: (sentence: string) => void,
): WireMessage<Name> {
  const fields = fieldsOf(name);
  const byNumber = new Map([...fields].map(([field, description]) => [description.no, field]));
  const message = new Map<string, unknown>(
    [...fields].map(([field, description]) => [field, defaultOf(description)]),
  );
  const seen = new Set<number>();
  const cursor = createCursor(bytes);
  while (cursor.more()) {
    const tag = Number(cursor.varint());
    const no = tag >> 3;
    const field = byNumber.get(no);
    const description = field === undefined ? undefined : fields.get(field);
    const raw = cursor.value(tag & 7);
    if (field === undefined || description === undefined) {
      complain(`${name} has no field ${no}`);
      continue;
    }
    if ((tag & 7) !== wireTypes[description.type]) {
      complain(`${name}.${field} has wire type ${tag & 7}`);
      continue;
    }
    const repeated = description.type === 'labels' || description.type === 'messages';
    if (seen.has(no) && !repeated) complain(`${name}.${field} comes twice`);
    seen.add(no);
    const sentence = (what: string): void => complain(`${name}.${field} ${what}`);
    message.set(field, valueOf(description, raw, message.get(field), { sentence, complain }));
  }
  return Object.fromEntries(message) as WireMessage<Name>;
}

function defaultOf({ type }: WireField): unknown {
  switch (type) {
    case 'bool':
      return false;
    case 'int32':
    case 'int64':
      return 0;
    case 'bytes':
      return Buffer.alloc(0);
    case 'string':
      return '';
    case 'labels':
      return {};
    case 'messages':
      return [];
    case 'message':
      return undefined;
  }
}

interface Notes {
  readonly sentence: (what: string) => void;
  readonly complain: (sentence: string) => void;
}

function valueOf(field: WireField, raw: bigint | Buffer, before: unknown, notes: Notes): unknown {
  if (typeof raw === 'bigint') {
    if (field.type === 'bool') return raw !== 0n;
    return Number(BigInt.asIntN(field.type === 'int32' ? 32 : 64, raw));
  }
  switch (field.type) {
    case 'string':
      return textOf(raw, notes);
    case 'labels':
      return { ...(before as Readonly<Record<string, string>>), ...readEntry(raw, notes) };
    case 'message':
      return readMessage(field.of, raw, notes.complain);
    case 'messages':
      return [...(before as readonly unknown[]), readMessage(field.of, raw, notes.complain)];
    default:
      return raw;
  }
}

/** One entry of a map: field 1 is the key, field 2 the value. */
function readEntry(bytes: Buffer, notes: Notes): Readonly<Record<string, string>> {
  const parts = ['', '', ''];
  const cursor = createCursor(bytes);
  while (cursor.more()) {
    const tag = Number(cursor.varint());
    const raw = cursor.value(tag & 7);
    if ((tag !== 10 && tag !== 18) || typeof raw === 'bigint')
      notes.sentence(`has an entry with ${tag}`);
    else parts[tag >> 3] = textOf(raw, notes);
  }
  const [, key = '', value = ''] = parts;
  return { [key]: value };
}

function textOf(bytes: Buffer, { sentence }: Notes): string {
  try {
    return utf8.decode(bytes);
  } catch {
    sentence('is not UTF-8');
    return bytes.toString();
  }
}
