import { Buffer } from 'node:buffer';
import { expect, it } from 'vitest';
import { readDockerConfig } from './docker-config.ts';

const programs = new Set(['docker-credential-pass']);
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const config = (entry: object): string => JSON.stringify({ auths: { 'r.example.com': entry } });

it.each<[string, object, object]>([
  ['auth is user and password', { auth: base64('u:p') }, { username: 'u', password: 'p' }],
  [
    'only the first colon separates',
    { auth: base64('hub:pw:with:colon') },
    { username: 'hub', password: 'pw:with:colon' },
  ],
  [
    'zero bytes around a password are cut',
    { auth: base64('u:p\0') },
    { username: 'u', password: 'p' },
  ],
  [
    'user and password may stand apart',
    { username: 'u', password: 'p' },
    { username: 'u', password: 'p' },
  ],
  [
    'tokens are kept',
    { identitytoken: 'i', registrytoken: 'r' },
    { identityToken: 'i', registryToken: 'r' },
  ],
])('%s', (_behaviour, entry, login) => {
  expect(readDockerConfig(config(entry), programs)).toMatchObject({
    logins: [{ address: 'r.example.com', ...login }],
  });
});

it.each([
  ['no JSON', '{', 'unexpected EOF'],
  ['no object', '[]', 'json: cannot unmarshal array into Go value of type configfile.ConfigFile'],
  [
    'auths that are no object',
    '{"auths":"x"}',
    'json: cannot unmarshal string into Go struct field ConfigFile.auths of type map[string]types.AuthConfig',
  ],
  ['auth that is not base64', config({ auth: 'dTp*' }), 'illegal base64 data at input byte 3'],
  ['auth without its end', config({ auth: 'dTpwd' }), 'illegal base64 data at input byte 4'],
  ['auth without a colon', config({ auth: base64('user') }), 'invalid auth configuration file'],
  ['auth without a user', config({ auth: base64(':p') }), 'invalid auth configuration file'],
  [
    'a credential store that is not installed',
    JSON.stringify({ credsStore: 'gone', auths: { r: { username: 'u' } } }),
    'error listing credentials - err: exec: "docker-credential-gone": executable file not found in $PATH, out: ``',
  ],
  [
    'a credential helper that is not installed',
    '{"credHelpers":{"r.example.com":"gone"}}',
    'error getting credentials - err: exec: "docker-credential-gone": executable file not found in $PATH, out: ``',
  ],
  [
    'a credential helper that is installed',
    '{"credHelpers":{"r.example.com":"pass"}}',
    'the credential helper docker-credential-pass is not run: put the credentials into "auths"',
  ],
  [
    'the old layout',
    '{"r.example.com":{"auth":"dTpw"}}',
    'the old layout of .dockercfg is not read: put its entries into "auths"',
  ],
])('%s makes the whole source unusable', (_behaviour, text, fault) => {
  expect(readDockerConfig(text, programs)).toEqual({ fault });
});

it('a configuration without logins is none', () => {
  expect(readDockerConfig('{"HttpHeaders":{},"credsStore":""}', programs)).toEqual({ logins: [] });
});
