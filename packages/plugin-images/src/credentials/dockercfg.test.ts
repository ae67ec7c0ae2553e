import { expect, it } from 'vitest';
import { dockercfg } from './dockercfg.ts';

it('logins are sorted by address, and empty members are left out', () => {
  const logins = [
    { address: 'https://registry.example.com:5050', username: 'a', password: 'b' },
    { address: 'Docker.IO/', username: '', identityToken: 't' },
    { address: '10', username: 'n' },
  ];
  expect(dockercfg(logins)).toBe(
    '{"10":{"username":"n","serveraddress":"10"},' +
      '"Docker.IO/":{"serveraddress":"Docker.IO/","identitytoken":"t"},' +
      '"https://registry.example.com:5050":{"username":"a","password":"b","serveraddress":"https://registry.example.com:5050"}}',
  );
});

it('characters are escaped as Go does', () => {
  expect(dockercfg([{ address: 'r', password: '<&>"\u2028' }])).toBe(
    String.raw`{"r":{"password":"\u003c\u0026\u003e\"\u2028","serveraddress":"r"}}`,
  );
});
