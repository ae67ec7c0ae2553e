import {
  defineBinding,
  SettingError,
  type Binding,
  type JsonValue,
  type SettingRow,
} from '@millrace/core';
import { pluginName } from './plugin-name.ts';
import { defaultSettings } from './settings.ts';

const rows: readonly SettingRow[] = [
  {
    key: '/builds_dir',
    path: 'buildsDirectory',
    form: 'string',
    convert: (value) => (value === '' ? defaultSettings.buildsDirectory : value),
    environment: 'RUNNER_BUILDS_DIR',
    flag: 'builds-dir',
    default: '/builds',
    doc: "Directory below which every job's sources are checked out; variables are replaced in the job's own path.",
  },
  {
    key: '/shell',
    path: 'shell',
    form: 'string',
    convert: (value) => (value === '' ? defaultSettings.shell : value),
    environment: 'RUNNER_SHELL',
    flag: 'shell',
    default: 'bash',
    doc: 'Shell that scripts are written for, `bash` or `sh`; an image without bash is served by its sh.',
  },
  {
    key: '/environment',
    path: 'environment',
    form: 'string-list',
    environment: 'RUNNER_ENV',
    flag: 'env',
    doc: 'Variables of every job, `KEY=value`; those of the job win.',
  },
  {
    key: '/feature_flags',
    path: 'featureFlags',
    form: 'table',
    convert: flagTable,
    doc: 'Feature flags of this runner, `FF_NAME = true`; they win over job variables.',
  },
  {
    key: '/custom_build_dir.enabled',
    path: 'customBuildDirectory',
    form: 'boolean',
    environment: 'CUSTOM_BUILD_DIR_ENABLED',
    flag: 'custom_build_dir-enabled',
    default: 'true',
    doc: 'Whether jobs may choose a directory of their own with `GIT_CLONE_PATH`.',
  },
  {
    key: '/clone_url',
    path: 'cloneUrl',
    form: 'string',
    environment: 'CLONE_URL',
    flag: 'clone-url',
    doc: 'Base address for cloning, where the address that GitLab names cannot be reached from the pods.',
  },
  {
    key: '/safe_directory_checkout',
    path: 'safeDirectory',
    form: 'boolean',
    default: 'true',
    doc: "Whether git is told that the project's directory is safe though another user may own it.",
  },
  {
    key: '/clean_git_config',
    path: 'cleanGitConfig',
    form: 'boolean',
    default: 'true',
    doc: "Whether git's configuration and hooks that earlier jobs left are removed before sources are fetched.",
  },
  {
    key: '/debug_trace_disabled',
    path: 'debugTraceDisabled',
    form: 'boolean',
    environment: 'RUNNER_DEBUG_TRACE_DISABLED',
    flag: 'debug-trace-disabled',
    default: 'false',
    doc: 'Forbids `CI_DEBUG_TRACE`, which shows every command with its secrets.',
  },
  script(
    'pre_get_sources_script',
    'preGetSourcesScript',
    'before sources are fetched',
    'RUNNER_PRE_GET_SOURCES_SCRIPT',
  ),
  script(
    'post_get_sources_script',
    'postGetSourcesScript',
    'after sources are fetched',
    'RUNNER_POST_GET_SOURCES_SCRIPT',
  ),
  script(
    'pre_build_script',
    'preBuildScript',
    'before each step of a job, in its shell',
    'RUNNER_PRE_BUILD_SCRIPT',
  ),
  script(
    'post_build_script',
    'postBuildScript',
    'after each step of a job, in its shell',
    'RUNNER_POST_BUILD_SCRIPT',
  ),
  {
    key: 'poll_timeout',
    path: 'startTimeout',
    form: 'integer',
    convert: (value) =>
      typeof value === 'number' && value > 0 ? value : defaultSettings.startTimeout,
    environment: 'KUBERNETES_POLL_TIMEOUT',
    flag: 'poll-timeout',
    default: '180',
    doc: 'Seconds that a pod may take to start.',
  },
  {
    key: 'scripts_base_dir',
    path: 'scriptsBaseDirectory',
    form: 'string',
    environment: 'KUBERNETES_SCRIPTS_BASE_DIR',
    flag: 'scripts-base-dir',
    since: '17.2',
    doc: "Directory in which the pod keeps the job's scripts; `/scripts-<project>-<job>` is added. No variables.",
  },
  {
    key: 'logs_base_dir',
    path: 'logsBaseDirectory',
    form: 'string',
    environment: 'KUBERNETES_LOGS_BASE_DIR',
    flag: 'logs-base-dir',
    since: '17.2',
    doc: "Directory in which the pod keeps the job's output; `/logs-<project>-<job>` is added. No variables.",
  },
];

/** What GitLab Runner calls the settings of this plugin, and where its lines stand in the job log. */
export const gitlabBinding: Binding = defineBinding({
  peer: 'gitlab',
  plugin: pluginName,
  rows,
  unsupported: [
    { key: 'poll_interval', answer: 'warn', doc: 'remove it: pods are watched, not polled' },
    {
      key: 'cleanup_grace_period_seconds',
      answer: 'warn',
      doc: 'remove it: pods get ten seconds to end',
    },
    {
      key: 'cleanup_resources_timeout',
      answer: 'warn',
      doc: 'remove it: clean-up gets a fixed time',
    },
    {
      key: 'retry_limit',
      answer: 'warn',
      doc: 'remove it: requests are repeated where that is safe',
    },
    {
      key: 'retry_limits',
      answer: 'warn',
      doc: 'remove it: requests are repeated where that is safe',
    },
    { key: 'retry_backoff_max', answer: 'warn', doc: 'remove it: pauses are chosen by the runner' },
    {
      key: 'print_pod_warning_events',
      answer: 'warn',
      doc: "remove it: a failed pod's events are always told",
    },
    { key: 'autoscaler', answer: 'warn', doc: 'remove it: no pause pods are kept' },
    {
      key: 'suspend_pvc_size',
      answer: 'warn',
      doc: 'remove it: suspended environments are not supported yet',
    },
    {
      key: 'suspend_pvc_storage_class',
      answer: 'warn',
      doc: 'remove it: suspended environments are not supported yet',
    },
    { key: '/prepare_timeout', answer: 'warn', doc: 'use poll_timeout for the start of the pod' },
    { key: '/get_sources_timeout', answer: 'warn', doc: "use the job's own timeout" },
    { key: '/cache_dir', answer: 'warn', doc: 'remove it: the cache is not supported yet' },
    {
      key: '/proxy_exec',
      answer: 'warn',
      doc: 'remove it: commands run directly, and lines `::add-mask::` in their output mask nothing',
    },
    { key: '/referees', answer: 'warn', doc: 'remove it: metrics of jobs are not collected' },
    { key: '/pre_clone_script', answer: 'refuse', doc: 'write pre_get_sources_script' },
    { key: '/post_clone_script', answer: 'refuse', doc: 'write post_get_sources_script' },
  ],
  wording: {
    'job.executor-options': { rank: 10 },
    'job.feature-flags': { rank: 40 },
    'job.resolving-secrets': { rank: 50 },
    'job.settings': { rank: 60 },
    'overwrites.applied': { rank: 100 },
    'overwrites.refused': { rank: 150 },
    'job.suspension': { rank: 305 },
    'job.attach-strategy': { rank: 320 },
    'job.no-watch': { rank: 430 },
    'job.not-runnable': { rank: 450 },
    'job.pod-deadline': { rank: 900 },
    'job.timeout-variable': { rank: 950 },
    'job.unsupported': { rank: 960 },
  },
});

function script(key: string, path: string, when: string, environment: string): SettingRow {
  return {
    key: `/${key}`,
    path,
    form: 'string',
    environment,
    flag: key.replaceAll('_', '-'),
    doc: `Commands of the operator that run ${when}.`,
  };
}

function flagTable(value: JsonValue): JsonValue {
  const wrong = Object.entries(value ?? {}).find(([, flag]) => typeof flag !== 'boolean');
  if (wrong === undefined) return value;
  throw new SettingError(`${wrong[0]} must be true or false`, 'write it without quotes');
}
