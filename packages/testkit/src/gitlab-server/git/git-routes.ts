import type { Exchange } from '../exchange.ts';
import { answer } from '../exchange.ts';
import { isEnded, type JobBook } from '../job-book.ts';
import type { ServerRepository } from './fixture-repository.ts';
import { serveGit } from './git-backend.ts';

/** One request of a git client. */
export interface SeenGitRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly repository: string;
  /** What came in `Authorization: Basic`. */
  readonly credentials: { readonly username: string; readonly password: string } | undefined;
  readonly status: 'served' | 401 | 404;
}

/** Who may read: anybody, whoever shows the token of a job that runs, or one user. */
export type GitAccess =
  | 'job-token'
  | 'public'
  | { readonly username: string; readonly password: string };

/** Serves the repositories of a server. */
export interface GitRoutes {
  readonly handles: (exchange: Exchange) => boolean;
  readonly serve: (exchange: Exchange) => Promise<void>;
  readonly requests: () => readonly SeenGitRequest[];
}

const gitPath = /^\/(.+)\.git\/(?:info\/refs|git-upload-pack|git-receive-pack|HEAD|objects\/.*)$/;

/** @param root - folder of the bare repositories, each as `<name>.git` */
export function createGitRoutes(options: {
  readonly root: string;
  readonly access: GitAccess;
  readonly repositories: ReadonlyMap<string, ServerRepository>;
  readonly jobs: JobBook;
  readonly signal: AbortSignal;
}): GitRoutes {
  const { root, access, repositories, jobs, signal } = options;
  const seen: SeenGitRequest[] = [];
  const mayRead = (credentials: SeenGitRequest['credentials']): boolean => {
    if (access === 'public') return true;
    if (access !== 'job-token')
      return credentials?.username === access.username && credentials.password === access.password;
    if (credentials?.username !== 'gitlab-ci-token') return false;
    const job = jobs.all().find(({ token }) => token === credentials.password);
    return job !== undefined && job.state !== 'pending' && !isEnded(job);
  };
  return {
    handles: ({ path }) => gitPath.test(path),
    requests: () => [...seen],
    serve: async (exchange) => {
      const { method, path, query, headers } = exchange;
      const repository = gitPath.exec(path)?.[1] ?? '';
      const credentials = basicCredentials(headers.authorization);
      const status = !repositories.has(repository) ? 404 : mayRead(credentials) ? 'served' : 401;
      const text = query.toString();
      seen.push({
        method,
        path: text === '' ? path : `${path}?${text}`,
        repository,
        credentials,
        status,
      });
      if (status === 'served') return serveGit(exchange, { root, path, signal });
      exchange.request.resume();
      answer(exchange, {
        status,
        ...(status === 401 ? { headers: { 'www-authenticate': 'Basic realm="GitLab"' } } : {}),
      });
    },
  };
}

function basicCredentials(header: string | undefined): SeenGitRequest['credentials'] {
  const [, encoded] = /^Basic (.+)$/i.exec(header ?? '') ?? [];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString();
  const at = text.indexOf(':');
  return { username: text.slice(0, at), password: text.slice(at + 1) };
}
