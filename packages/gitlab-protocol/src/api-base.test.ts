import { describe, expect, it } from 'vitest';
import { apiBase } from './api-base.ts';

describe('the base of the API', () => {
  it.each([
    ['https://gitlab.test', 'https://gitlab.test/api/v4/'],
    ['https://gitlab.test/', 'https://gitlab.test/api/v4/'],
    ['https://gitlab.test///', 'https://gitlab.test/api/v4/'],
    ['https://gitlab.test/ci', 'https://gitlab.test/api/v4/'],
    ['https://gitlab.test/ci/', 'https://gitlab.test/api/v4/'],
    ['https://gitlab.test/ci/ci', 'https://gitlab.test/ci/api/v4/'],
    ['http://gitlab.test:8080/git', 'http://gitlab.test:8080/git/api/v4/'],
    [' https://gitlab.test ', 'https://gitlab.test/api/v4/'],
  ])('of %j is %s', (url, base) => {
    expect(apiBase(url).href).toBe(base);
  });

  it.each(['ftp://gitlab.test', 'gitlab.test', '', 'https://'])('cannot be made of %j', (url) => {
    expect(() => apiBase(url)).toThrow(
      expect.objectContaining({
        code: 'MILLRACE_E_GITLAB_URL',
        kind: 'config',
        message: 'only http or https scheme supported',
      }) as Error,
    );
  });
});
