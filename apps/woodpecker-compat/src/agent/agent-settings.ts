import { hostname as ownHostname } from 'node:os';
import { dirname, join } from 'node:path';
import { ConfigProblems } from '@millrace/config';
import { agentConfig, type AgentInput } from '../config/agent-config.ts';
import { agentSecret } from '../config/agent-secret.ts';
import { checkTrustedCertificates } from '../config/trusted-certificates.ts';
import { logLevels, parseLogLevel, type LogLevel } from '../terminal/log-levels.ts';

/** What the operator says about the agent itself. Times are milliseconds. */
export interface AgentSettings {
  readonly server: string;
  readonly secret: string;
  readonly secure: boolean;
  readonly skipVerify: boolean;
  readonly retryTimeout: number;
  readonly logBuffer: number;
  readonly hostname: string;
  /** Empty: the agent keeps no id. */
  readonly configFile: string;
  readonly labels: Readonly<Record<string, string>>;
  /** 1 when the agent ends after one workflow. */
  readonly maxWorkflows: number;
  readonly singleWorkflow: boolean;
  readonly healthcheck: boolean;
  readonly healthAddress: string;
  readonly keepaliveTime: number | undefined;
  readonly keepaliveTimeout: number;
  readonly backend: string;
  readonly connectRetryCount: number;
  readonly connectRetryDelay: number;
  readonly logLevel: LogLevel;
  readonly logFile: string;
  readonly pretty: boolean | undefined;
  readonly noColor: boolean | undefined;
  readonly stateDirectory: string | undefined;
  /** What the operator should know, and what counts nevertheless. */
  readonly warnings: readonly string[];
}

/**
 * Reads the agent's settings; a flag wins over the environment.
 * @throws RunnerError that lists every problem, each with the name of its variable
 */
export async function readAgentSettings(
  input: AgentInput,
  { signal }: { readonly signal: AbortSignal },
): Promise<AgentSettings> {
  const { agent, problems: found } = agentConfig(input);
  const problems = new ConfigProblems();
  problems.add(...found);
  const least = (
    flag: 'log-entry-stream-buffer-size' | 'connect-retry-count' | 'max-workflows',
    value: number,
  ): number => {
    const number = agent.number(flag);
    if (number >= value) return number;
    problems.error({
      path: [nameOf[flag]],
      message: `must be ${value} or more, not ${number}`,
      hint: `write a whole number, ${value} or more`,
    });
    return value;
  };
  const warnings: string[] = [];
  const isOld = agent.isSet('grpc-skip-insecure-deprecated') && !agent.isSet('grpc-skip-insecure');
  if (isOld)
    warnings.push(
      'WOODPECKER_GRPC_VERIFY is deprecated and means the opposite of its name: write WOODPECKER_GRPC_SKIP_VERIFY',
    );
  const singleWorkflow = agent.truth('single-workflow') === true;
  const wanted = least('max-workflows', 1);
  if (singleWorkflow && wanted > 1)
    warnings.push(
      `WOODPECKER_MAX_WORKFLOWS is ${wanted}, but the agent ends after one workflow: it takes one at a time`,
    );
  const secure = agent.truth('grpc-secure') === true;
  const skipVerify =
    agent.truth(isOld ? 'grpc-skip-insecure-deprecated' : 'grpc-skip-insecure') !== false;
  if (secure && !skipVerify)
    await checkTrustedCertificates(input.environment, problems, { signal });
  const configFile = agent.text('agent-config');
  const state = agent.text('state-dir');
  const beside = configFile === '' ? undefined : join(dirname(configFile), 'millrace-woodpecker');
  const settings: AgentSettings = {
    server: agent.text('server'),
    secret: await agentSecret(input, agent, { signal }),
    secure,
    skipVerify,
    retryTimeout: agent.number('retry-timeout'),
    logBuffer: least('log-entry-stream-buffer-size', 0),
    hostname: agent.text('hostname') || ownHostname(),
    configFile,
    labels: readLabels(agent.texts('labels'), problems),
    maxWorkflows: singleWorkflow ? 1 : wanted,
    singleWorkflow,
    healthcheck: agent.truth('healthcheck') !== false,
    healthAddress: agent.text('healthcheck-addr'),
    keepaliveTime: agent.number('keepalive-time') || undefined,
    keepaliveTimeout: agent.number('keepalive-timeout'),
    backend: agent.text('backend-engine'),
    connectRetryCount: least('connect-retry-count', 0),
    connectRetryDelay: agent.number('connect-retry-delay'),
    logLevel: readLevel(agent.text('log-level'), problems),
    logFile: agent.text('log-file'),
    pretty: agent.truth('pretty'),
    noColor: agent.truth('nocolor'),
    stateDirectory: state === '' ? beside : state,
    warnings,
  };
  problems.throwIfErrors('the environment');
  return settings;
}

const nameOf = {
  'log-entry-stream-buffer-size': 'WOODPECKER_LOG_ENTRY_STREAM_BUFFER_SIZE',
  'connect-retry-count': 'WOODPECKER_CONNECT_RETRY_COUNT',
  'max-workflows': 'WOODPECKER_MAX_WORKFLOWS',
} as const;

function readLevel(text: string, problems: ConfigProblems): LogLevel {
  const level = parseLogLevel(text);
  if (level !== undefined) return level;
  problems.error({
    path: ['WOODPECKER_LOG_LEVEL'],
    message: `unknown logging level: ${text}`,
    hint: `write ${logLevels.slice(0, -1).join(', ')} or ${logLevels.at(-1) ?? ''}`,
  });
  return 'info';
}

function readLabels(
  items: readonly string[],
  problems: ConfigProblems,
): Readonly<Record<string, string>> {
  const entries = items
    .filter((item) => item !== '')
    .map((item): readonly [string, string] => {
      const at = item.indexOf('=');
      if (at > 0) return [item.slice(0, at), item.slice(at + 1)];
      problems.error({
        path: ['WOODPECKER_AGENT_LABELS'],
        message:
          at === 0 ? 'empty string in slice' : `key '${item}' does not have a value assigned`,
        hint: 'write key=value, separated by commas',
      });
      return [item, ''];
    });
  return Object.fromEntries(entries);
}
