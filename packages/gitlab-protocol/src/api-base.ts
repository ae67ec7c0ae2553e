import { RunnerError } from '@millrace/core';

/**
 * Where the API of a server is: the `url` of a runner without trailing slashes and without one trailing `/ci`, plus
 * `/api/v4/`.
 * @throws RunnerError `MILLRACE_E_GITLAB_URL` when it is no `http` or `https` URL
 */
export function apiBase(url: string): URL {
  const trimmed = url.trim().replace(/\/+$/, '').replace(/\/ci$/, '');
  const base = URL.canParse(trimmed) ? new URL(`${trimmed}/api/v4/`) : undefined;
  if (base !== undefined && (base.protocol === 'http:' || base.protocol === 'https:')) {
    base.search = '';
    base.hash = '';
    return base;
  }
  throw new RunnerError('only http or https scheme supported', {
    code: 'MILLRACE_E_GITLAB_URL',
    kind: 'config',
    hint: 'Write the url of the runner as https://gitlab.example.com.',
  });
}
