import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { bits, integer, objectId, octets, sequence, set, tagged, time, utf8, yes } from './der.ts';

/** A key and its certificate, as PEM. */
export interface ServerCertificate {
  readonly key: string;
  readonly cert: string;
}

const ecdsaWithSha256 = sequence(objectId('1.2.840.10045.4.3.2'));
const day = 24 * 60 * 60 * 1000;
const lifetime = 365 * day;

const extension = (id: string, value: Buffer, critical = false): Buffer =>
  sequence(objectId(id), ...(critical ? [yes] : []), octets(value));

/** Certificate signing and digital signature. */
const keyUsage = bits(Buffer.from([0x84]), 2);
const serverAuthentication = objectId('1.3.6.1.5.5.7.3.1');
const loopback = Buffer.from([127, 0, 0, 1]);

/**
 * Makes a certificate for `127.0.0.1` and `localhost` that is its own authority: a client that is given it as CA trusts
 * this one server and nothing else. kubectl sends credentials over TLS only, so a cluster for kubectl needs one.
 * @param now - milliseconds since the epoch, by the clients' time; the certificate is good for a year
 */
export function createServerCertificate(now: number): ServerCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const name = sequence(set(sequence(objectId('2.5.4.3'), utf8('millrace-embedded'))));
  const serial = randomBytes(16);
  // A positive number without leading zeros.
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const extensions = sequence(
    extension('2.5.29.19', sequence(yes), true),
    extension('2.5.29.15', keyUsage, true),
    extension('2.5.29.37', sequence(serverAuthentication)),
    extension(
      '2.5.29.17',
      sequence(tagged(2, Buffer.from('localhost'), false), tagged(7, loopback, false)),
    ),
  );
  const content = sequence(
    tagged(0, integer(Buffer.from([2])), true),
    integer(serial),
    ecdsaWithSha256,
    name,
    sequence(time(now - day), time(now + lifetime)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, extensions, true),
  );
  const certificate = sequence(content, ecdsaWithSha256, bits(sign('sha256', content, privateKey)));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64').replaceAll(/.{64}/gu, '$&\n').trimEnd()}\n-----END CERTIFICATE-----\n`,
  };
}
