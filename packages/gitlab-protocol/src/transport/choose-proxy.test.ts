import { describe, expect, it } from 'vitest';
import { chooseProxy } from './choose-proxy.ts';

const http = 'http://plain.proxy:3128';
const https = 'http://secure.proxy:3128';
const chosen = (target: string, except = ''): string | undefined =>
  chooseProxy({ http, https, except }, new URL(target))?.host;

describe('the proxy', () => {
  it.each([
    ['http://gitlab.test', 'plain.proxy:3128'],
    ['https://gitlab.test', 'secure.proxy:3128'],
    ['http://localhost', undefined],
    ['http://127.0.0.1:8080', undefined],
    ['http://127.9.9.9', undefined],
    ['http://[::1]', undefined],
    ['http://10.0.0.1', 'plain.proxy:3128'],
  ])('for %s is %s', (target, proxy) => {
    expect(chosen(target)).toBe(proxy);
  });

  it.each([
    ['gitlab.test', 'http://gitlab.test', true],
    ['GitLab.Test', 'http://gitlab.test', true],
    ['gitlab.test', 'http://ci.gitlab.test', true],
    ['gitlab.test', 'http://notgitlab.test', false],
    ['.gitlab.test', 'http://gitlab.test', false],
    ['.gitlab.test', 'http://ci.gitlab.test', true],
    ['*.gitlab.test', 'http://ci.gitlab.test', true],
    ['*', 'http://anything.test', true],
    ['other.test, gitlab.test', 'http://gitlab.test', true],
    [' ,, ', 'http://gitlab.test', false],
    ['gitlab.test:8080', 'http://gitlab.test:8080', true],
    ['gitlab.test:8080', 'http://gitlab.test', false],
    ['gitlab.test:80', 'http://gitlab.test', true],
    ['gitlab.test:443', 'https://gitlab.test', true],
    ['10.0.0.1', 'http://10.0.0.1', true],
    ['10.0.0.1:8080', 'http://10.0.0.1', false],
    ['10.0.0.0/8', 'http://10.1.2.3', true],
    ['10.0.0.0/8', 'http://11.1.2.3', false],
    ['10.0.0.0/8', 'http://gitlab.test', false],
    ['10.0.0.0/99', 'http://10.1.2.3', false],
    ['fd00::/8', 'http://[fd00::1]', true],
    ['[fd00::1]:80', 'http://[fd00::1]', true],
  ])('is left out by NO_PROXY %j for %s: %s', (except, target, expected) => {
    expect(chosen(target, except) === undefined).toBe(expected);
  });

  it('may be written without a scheme', () => {
    const proxy = chooseProxy({ http: 'proxy.test:3128' }, new URL('http://gitlab.test'));
    expect(proxy?.href).toBe('http://proxy.test:3128/');
  });

  it.each(['', ' '])('is none when the setting is %j', (setting) => {
    expect(chooseProxy({ http: setting }, new URL('http://gitlab.test'))).toBeUndefined();
  });

  it.each(['socks5://user:hush@proxy.test', 'http://user:hush@:3128:x'])(
    'cannot be %s, and its password is not shown',
    (setting) => {
      const choose = (): unknown => chooseProxy({ http: setting }, new URL('http://gitlab.test'));
      expect(choose).toThrow(
        expect.objectContaining({
          code: 'MILLRACE_E_GITLAB_PROXY',
          message: expect.not.stringContaining('hush') as string,
        }) as Error,
      );
    },
  );
});
