/** What a local run does about a key of a job. */
export type KeySupport =
  /** Read and followed. */
  | { readonly kind: 'supported' }
  /** Without effect on what the job does; named in a note. */
  | { readonly kind: 'ignored' }
  /** The job runs as written, but something around it does not happen. */
  | { readonly kind: 'warning'; readonly message: string; readonly hint: string }
  /** The job would run another script, more often, or not at all. */
  | { readonly kind: 'error'; readonly message: string; readonly hint: string }
  /** Decides whether the job runs: an error in a whole pipeline, a warning when the job is asked for by name. */
  | { readonly kind: 'condition'; readonly message: string; readonly hint: string }
  /** Provides variables under the names below it: an error unless the caller gives them. */
  | { readonly kind: 'provided'; readonly message: string; readonly hint: string };

const supported: KeySupport = { kind: 'supported' };
const ignored: KeySupport = { kind: 'ignored' };
const warning = (message: string, hint: string): KeySupport => ({ kind: 'warning', message, hint });
const error = (message: string, hint: string): KeySupport => ({ kind: 'error', message, hint });
const condition = (key: string): KeySupport => ({
  kind: 'condition',
  message: `${key} is not supported by local runs: it is not evaluated`,
  hint: 'remove it, or run the job by name: then it runs whatever the condition says',
});
const provided = (key: string): KeySupport => ({
  kind: 'provided',
  message: `${key} is not supported by local runs: the variables it would set are missing`,
  hint: 'give each of them a value on the command line',
});

/** Every key of a job that GitLab knows, in its reference manual's order, with what a local run does about it. */
export const jobKeys: Readonly<Record<string, KeySupport>> = {
  after_script: supported,
  allow_failure: supported,
  artifacts: supported,
  before_script: supported,
  cache: warning(
    'cache is not supported by local runs: the job starts without it',
    'nothing to do if the job can fill it again',
  ),
  coverage: ignored,
  dast_configuration: ignored,
  dependencies: supported,
  environment: warning(
    'environment is not supported by local runs: no deployment is recorded and CI_ENVIRONMENT_* is not set',
    'set the variables the script needs',
  ),
  except: condition('except'),
  extends: supported,
  hooks: supported,
  id_tokens: provided('id_tokens'),
  identity: warning(
    'identity is not supported by local runs: there are no cloud credentials',
    'set the variables the script needs',
  ),
  image: supported,
  inherit: supported,
  inputs: error('inputs is not supported by local runs', 'write the values in place of the inputs'),
  interruptible: ignored,
  manual_confirmation: ignored,
  needs: supported,
  only: condition('only'),
  pages: warning(
    'pages is not supported by local runs: nothing is published',
    'look at the files in the artifacts',
  ),
  parallel: error(
    'parallel is not supported by local runs: the job would run once, without CI_NODE_INDEX or the variables of its matrix',
    'write the wanted combination as a job of its own',
  ),
  publish: warning(
    'publish is not supported by local runs: nothing is published',
    'look at the files in the artifacts',
  ),
  release: warning(
    'release is not supported by local runs: no release is made',
    'nothing to do if only the script matters',
  ),
  resource_group: ignored,
  retry: warning(
    'retry is not supported by local runs: a failed job is not run again',
    'run it again yourself',
  ),
  rules: condition('rules'),
  run: error('run (steps) is not supported by local runs', 'write the commands as script'),
  script: supported,
  secrets: provided('secrets'),
  services: supported,
  stage: supported,
  start_in: warning(
    'start_in is not supported by local runs: the job does not wait',
    'nothing to do',
  ),
  tags: ignored,
  timeout: supported,
  trigger: error('trigger is not supported by local runs', 'run the other pipeline itself'),
  variables: supported,
  when: supported,
};

/** Keys that `default:` may hold, and that a job takes from it when it has none of its own. */
export const defaultKeys: readonly string[] = [
  'after_script',
  'artifacts',
  'before_script',
  'cache',
  'hooks',
  'id_tokens',
  'identity',
  'image',
  'interruptible',
  'retry',
  'services',
  'tags',
  'timeout',
];

/** Older spelling of defaults: the same keys at the top level. */
export const globalDefaultKeys: readonly string[] = [
  'after_script',
  'before_script',
  'cache',
  'image',
  'services',
];

/** Top-level keys that are not jobs. */
export const topLevelKeys: readonly string[] = [
  ...globalDefaultKeys,
  'default',
  'include',
  'spec',
  'stages',
  'variables',
  'workflow',
];
