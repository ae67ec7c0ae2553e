import { randomBytes } from 'node:crypto';

/** Crockford's base 32. */
const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** An identifier that sorts by its time: 48 bits of milliseconds, 80 random bits, 26 characters. */
export function newUlid(now: number): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(now, 0, 6);
  randomBytes(10).copy(bytes, 6);
  let rest = BigInt(`0x${bytes.toString('hex')}`);
  let text = '';
  for (let count = 0; count < 26; count += 1) {
    text = `${digits[Number(rest % 32n)] ?? ''}${text}`;
    rest /= 32n;
  }
  return text;
}
