import { readFields, type Fields, type PayloadKind } from '@millrace/config';
import type { JsonObject, JsonValue, PortRequest } from '@millrace/core';
import type {
  GitInfo,
  Payload,
  PayloadArtifacts,
  PayloadDependency,
  PayloadImage,
  PayloadService,
  PayloadSuspension,
  PayloadVariable,
} from './payload.ts';

const jobKind: PayloadKind = {
  name: 'job payload',
  hint: 'compare it with the answer of GitLab to a job request',
  loneTexts: true,
};

/**
 * Reads the answer of GitLab to a job request.
 * @throws RunnerError `MILLRACE_E_PAYLOAD` that names the field of a wrong type
 */
export function readPayload(payload: JsonObject): Payload {
  const fields = readFields(payload, '', jobKind);
  const info = fields.child('job_info');
  const { secrets } = payload;
  return {
    id: fields.number('id'),
    token: fields.text('token'),
    allowGitFetch: fields.flag('allow_git_fetch'),
    jobName: info.text('name'),
    project: {
      id: info.number('project_id'),
      name: info.text('project_name'),
      rootNamespaceId: info.number('root_namespace_id'),
    },
    git: readGit(fields.child('git_info')),
    timeout: fields.child('runner_info').number('timeout'),
    variables: fields.children('variables').map(readVariable),
    steps: fields
      .children('steps')
      .map((step) => ({ name: step.text('name'), script: step.texts('script') })),
    hooks: new Map(
      fields.children('hooks').map((hook) => [hook.text('name'), hook.texts('script')]),
    ),
    image: readImage(fields.child('image')),
    services: fields.children('services').map(readService),
    artifacts: fields.children('artifacts').map(readArtifacts),
    dependencies: fields.children('dependencies').map(readDependency),
    caches: fields
      .children('cache')
      .filter((cache) => cache.texts('paths').length > 0 || cache.flag('untracked')).length,
    inputs: fields.children('inputs').map((input) => input.text('key')),
    nativeSteps: hasNativeSteps(payload),
    hasSecrets: isObject(secrets),
    secretNames: isObject(secrets) ? Object.keys(secrets) : [],
    suspension: readSuspension(fields.child('suspend_options')),
    features: fields.child('features').raw,
  };
}

function readGit(git: Fields): GitInfo {
  return {
    repoUrl: git.text('repo_url'),
    ref: git.text('ref'),
    sha: git.text('sha'),
    beforeSha: git.text('before_sha'),
    refspecs: git.texts('refspecs'),
    depth: git.number('depth'),
    objectFormat: git.text('repo_object_format', 'sha1') || 'sha1',
  };
}

/** The key has another name since 19.4. */
function readSuspension(options: Fields): PayloadSuspension {
  return {
    asked: options.flag('suspend_on_success') || options.flag('suspend_on_failure'),
    resumes: options.text('runtime_environment_key', options.text('environment_key')) !== '',
  };
}

function readVariable(variable: Fields): PayloadVariable {
  return {
    key: variable.text('key'),
    value: variable.text('value'),
    public: variable.flag('public'),
    file: variable.flag('file'),
    masked: variable.flag('masked'),
    raw: variable.flag('raw'),
  };
}

function readImage(image: Fields): PayloadImage {
  const options = image.child('executor_opts');
  const { user } = options.child('kubernetes').raw;
  const entrypoint = image.texts('entrypoint');
  const command = image.texts('command');
  const pullPolicies = image.texts('pull_policy');
  const ports = image.children('ports').map(readPort);
  return {
    name: image.text('name'),
    ...(entrypoint.length === 0 ? {} : { entrypoint }),
    ...(command.length === 0 ? {} : { command }),
    ...(pullPolicies.length === 0 ? {} : { pullPolicies }),
    // GitLab Runner takes a number too.
    ...(typeof user === 'number' || typeof user === 'string' ? { user: String(user) } : {}),
    ...(ports.length === 0 ? {} : { ports }),
    optionFault: optionFault(options),
  };
}

/** GitLab Runner says `image` for services too. */
function optionFault(options: Fields): string | undefined {
  const unknown = (
    fields: Fields,
    subject: string,
    known: readonly string[],
  ): string | undefined => {
    const keys = Object.keys(fields.raw).filter((key) => !known.includes(key));
    if (keys.length === 0) return undefined;
    return `Unsupported "image" options [${keys.toSorted().join(' ')}] for "${subject}"; supported options are [${known.join(' ')}]`;
  };
  return (
    unknown(options, 'executor_opts', ['docker', 'kubernetes']) ??
    unknown(options.child('kubernetes'), 'kubernetes executor', ['user'])
  );
}

function readPort(port: Fields): PortRequest {
  const name = port.text('name');
  const protocol = port.text('protocol');
  return {
    number: port.number('number'),
    ...(name === '' ? {} : { name }),
    ...(protocol === '' ? {} : { protocol }),
  };
}

const readService = (service: Fields): PayloadService => ({
  image: readImage(service),
  alias: service.text('alias'),
  variables: service.children('variables').map(readVariable),
});

function readArtifacts(artifacts: Fields): PayloadArtifacts {
  const when = artifacts.text('when');
  return {
    name: artifacts.text('name'),
    paths: artifacts.texts('paths'),
    exclude: artifacts.texts('exclude'),
    untracked: artifacts.flag('untracked'),
    when: when === 'on_failure' || when === 'always' ? when : 'on_success',
  };
}

const readDependency = (dependency: Fields): PayloadDependency => ({
  id: dependency.number('id'),
  name: dependency.text('name'),
  hasArtifacts: dependency.child('artifacts_file').text('filename') !== '',
});

function hasNativeSteps({ run }: JsonObject): boolean {
  return (
    run !== undefined && run !== null && run !== '' && !(Array.isArray(run) && run.length === 0)
  );
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
