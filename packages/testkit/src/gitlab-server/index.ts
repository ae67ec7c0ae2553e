export type { RepositoryFixture, ServerRepository } from './git/fixture-repository.ts';
export type { GitAccess, SeenGitRequest } from './git/git-routes.ts';
export type {
  CallName,
  Fault,
  FaultPlace,
  FaultSubject,
  GitlabFaults,
  Misbehaviour,
} from './gitlab-faults.ts';
export type { GitlabServer, GitlabServerOptions } from './gitlab-server.ts';
export type { SeenCall } from './handle-request.ts';
export type { ServerJob, ServerJobState } from './job-book.ts';
export { jobPayload, type JobPayloadOptions } from './job-payload.ts';
export type { ServerRunner } from './runner-book.ts';
export { startGitlabServer } from './start-gitlab-server.ts';
