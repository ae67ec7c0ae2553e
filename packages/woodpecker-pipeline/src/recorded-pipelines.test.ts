import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '@millrace/core';
import { expect, test } from 'vitest';
import { compilePipeline, type PipelineContext, type PipelineEvent } from './index.ts';

const folder = fileURLToPath(
  new URL('../../../e2e/suites/recorded/fixtures/woodpecker', import.meta.url),
);

/** The server's context as it was recorded. */
interface RecordedServer {
  readonly force_ignore_service_failure: boolean;
  readonly host: string;
  readonly forge: { readonly Name: string; readonly URL: string };
  readonly repo: {
    readonly id: number;
    readonly org_id: number;
    readonly owner: string;
    readonly name: string;
    readonly forge_remote_id: string;
    readonly forge_url: string;
    readonly clone_url: string;
    readonly clone_url_ssh: string;
    readonly default_branch: string;
    readonly private: boolean;
    readonly trusted: {
      readonly network: boolean;
      readonly volumes: boolean;
      readonly security: boolean;
    };
  };
  readonly pipeline: {
    readonly number: number;
    readonly event: PipelineEvent;
    readonly branch: string;
    readonly commit: string;
    readonly ref: string;
    readonly refspec?: string;
    readonly message: string;
    readonly author: string;
    readonly author_email: string;
    readonly author_avatar: string;
    readonly forge_url: string;
    readonly created: number;
    readonly started: number;
    readonly timestamp: number;
    readonly changed_files?: readonly string[];
    readonly pr_labels?: readonly string[];
    readonly pr_milestone?: string;
  };
  readonly secrets?: readonly {
    readonly Name: string;
    readonly Value: string;
    readonly Images?: readonly string[];
    readonly Events?: readonly string[];
  }[];
  readonly registries?: readonly {
    readonly Address: string;
    readonly Username: string;
    readonly Password: string;
  }[];
  readonly netrc?: { readonly Login: string; readonly Password: string; readonly Machine: string };
  readonly privileged_plugins?: readonly string[];
  readonly proxy?: { readonly No: string; readonly HTTP: string; readonly HTTPS: string };
  readonly envs?: Readonly<Record<string, string>>;
}

const contextOf = (server: RecordedServer): PipelineContext => {
  const { repo, pipeline, netrc, proxy } = server;
  return {
    systemUrl: new URL(server.host),
    forge: { type: server.forge.Name, url: server.forge.URL },
    repository: {
      id: repo.id,
      orgId: repo.org_id,
      owner: repo.owner,
      name: repo.name,
      remoteId: repo.forge_remote_id,
      url: repo.forge_url,
      cloneUrl: repo.clone_url,
      cloneSshUrl: repo.clone_url_ssh,
      defaultBranch: repo.default_branch,
      private: repo.private,
    },
    pipeline: {
      number: pipeline.number,
      event: pipeline.event,
      forgeUrl: pipeline.forge_url,
      created: pipeline.created,
      started: pipeline.started,
      commit: {
        sha: pipeline.commit,
        ref: pipeline.ref,
        branch: pipeline.branch,
        message: pipeline.message,
        timestamp: pipeline.timestamp,
        author: {
          name: pipeline.author,
          email: pipeline.author_email,
          avatar: pipeline.author_avatar,
        },
        ...(pipeline.refspec !== undefined && { refspec: pipeline.refspec }),
        ...(pipeline.changed_files && { changedFiles: pipeline.changed_files }),
        ...(pipeline.pr_labels && { pullRequestLabels: pipeline.pr_labels }),
        ...(pipeline.pr_milestone !== undefined && { pullRequestMilestone: pipeline.pr_milestone }),
      },
    },
    trust: repo.trusted,
    secrets: (server.secrets ?? []).map(({ Name, Value, Images = [], Events = [] }) => ({
      name: Name,
      value: Value,
      images: Images,
      events: Events,
    })),
    registries: (server.registries ?? []).map(({ Address, Username, Password }) => ({
      host: Address,
      username: Username,
      password: Password,
    })),
    ignoreServiceFailures: server.force_ignore_service_failure,
    ...(netrc && {
      gitLogin: { machine: netrc.Machine, username: netrc.Login, password: netrc.Password },
    }),
    ...(server.privileged_plugins && { privilegedPlugins: server.privileged_plugins }),
    ...(proxy && { proxy: { http: proxy.HTTP, https: proxy.HTTPS, no: proxy.No } }),
    ...(server.envs && { globalVariables: server.envs }),
  };
};

const read = (name: string, file: string): string =>
  readFileSync(`${folder}/${name}/${file}`, 'utf8');

const readJson = (name: string, file: string): JsonObject =>
  JSON.parse(read(name, file)) as JsonObject;

/** The order of secrets and every identifier are random. */
const withoutChance = (config: JsonObject): unknown => {
  const text = JSON.stringify({ ...config, secrets: undefined })
    .replaceAll(/wp_[^_"]+_0_default/gu, 'wp_PREFIX_0_default')
    .replaceAll(/"uuid":"[^"]*"/gu, '"uuid":"UUID"');
  const secrets = (config['secrets'] ?? []) as readonly JsonObject[];
  return {
    config: JSON.parse(text) as unknown,
    secrets: secrets.map((secret) => JSON.stringify(secret)).toSorted(),
  };
};

/** Payloads that were changed by hand say nothing about the compiler. */
const isCompiled = (name: string): boolean =>
  readJson(name, 'case.json')['config_from'] === 'compiled by the reference server code';

// What was recorded of a matrix is its first combination.
test.for(readdirSync(folder).filter(isCompiled))('%s is compiled as the server did it', (name) => {
  let count = 0;
  const { workflows } = compilePipeline({
    files: [{ file: '.woodpecker.yaml', text: read(name, 'pipeline.yaml') }],
    context: contextOf(JSON.parse(read(name, 'server.json')) as RecordedServer),
    newId: () => `01ID${String((count += 1)).padStart(22, '0')}`,
  });
  expect(withoutChance(workflows[0]?.config as unknown as JsonObject)).toEqual(
    withoutChance(readJson(name, 'config.json')),
  );
});
