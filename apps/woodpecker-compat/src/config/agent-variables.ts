/** A flag of the agent, without dashes. */
export type AgentFlag =
  | 'server'
  | 'grpc-token'
  | 'grpc-secure'
  | 'grpc-skip-insecure'
  | 'grpc-skip-insecure-deprecated'
  | 'retry-timeout'
  | 'log-entry-stream-buffer-size'
  | 'hostname'
  | 'agent-config'
  | 'labels'
  | 'max-workflows'
  | 'single-workflow'
  | 'healthcheck'
  | 'healthcheck-addr'
  | 'keepalive-time'
  | 'keepalive-timeout'
  | 'backend-engine'
  | 'connect-retry-count'
  | 'connect-retry-delay'
  | 'log-level'
  | 'log-file'
  | 'pretty'
  | 'nocolor'
  | 'state-dir';

/** A variable that the agent itself reads, with its flag. */
export interface AgentVariable {
  /** The first that is set counts. */
  readonly names: readonly [string, ...string[]];
  readonly flag: AgentFlag;
  /** Former names of the flag. */
  readonly aliases?: readonly string[];
  readonly form: 'string' | 'boolean' | 'integer' | 'string-list' | 'duration';
  /** What the agent does without it, as text. */
  readonly default: string;
  readonly doc: string;
}

/** Everything that is not about the Kubernetes backend, as Woodpecker 3.17 and its next release read it. */
export const agentVariables: readonly AgentVariable[] = [
  {
    names: ['WOODPECKER_SERVER'],
    flag: 'server',
    form: 'string',
    default: 'localhost:9000',
    doc: 'Address of the server’s gRPC port, `host:port`, or `unix://` and the path of a socket.',
  },
  {
    names: ['WOODPECKER_AGENT_SECRET'],
    flag: 'grpc-token',
    form: 'string',
    default: '',
    doc: 'Token of the agent. What is in the file that `WOODPECKER_AGENT_SECRET_FILE` names wins over the variable, the flag over both.',
  },
  {
    names: ['WOODPECKER_GRPC_SECURE'],
    flag: 'grpc-secure',
    form: 'boolean',
    default: 'false',
    doc: 'Whether the connection uses TLS.',
  },
  {
    names: ['WOODPECKER_GRPC_SKIP_VERIFY'],
    flag: 'grpc-skip-insecure',
    form: 'boolean',
    default: 'true',
    doc: 'Whether the server’s certificate is taken whoever signed it; otherwise the authorities of the system count, or those of the file that `SSL_CERT_FILE` names.',
  },
  {
    names: ['WOODPECKER_GRPC_VERIFY'],
    flag: 'grpc-skip-insecure-deprecated',
    form: 'boolean',
    default: 'true',
    doc: 'The same under a former name; it means the opposite of its name.',
  },
  {
    names: ['WOODPECKER_RETRY_TIMEOUT'],
    flag: 'retry-timeout',
    form: 'duration',
    default: '2m',
    doc: 'How long a call to the server is tried again; 0 for ever.',
  },
  {
    names: ['WOODPECKER_LOG_ENTRY_STREAM_BUFFER_SIZE'],
    flag: 'log-entry-stream-buffer-size',
    form: 'integer',
    default: '100',
    doc: 'How many lines of logs wait for the server before steps do.',
  },
  {
    names: ['WOODPECKER_HOSTNAME'],
    flag: 'hostname',
    form: 'string',
    default: '',
    doc: 'Name of the agent; without one the machine’s own.',
  },
  {
    names: ['WOODPECKER_AGENT_CONFIG_FILE'],
    flag: 'agent-config',
    form: 'string',
    default: '/etc/woodpecker/agent.conf',
    doc: 'Where the agent keeps its id; empty: nowhere, and it unregisters when it ends.',
  },
  {
    names: ['WOODPECKER_AGENT_LABELS', 'WOODPECKER_FILTER_LABELS'],
    flag: 'labels',
    aliases: ['filter'],
    form: 'string-list',
    default: '',
    doc: 'Labels by which the server chooses workflows for this agent, `key=value`; a key that begins with `!` must be on the workflow.',
  },
  {
    names: ['WOODPECKER_MAX_WORKFLOWS', 'WOODPECKER_MAX_PROCS'],
    flag: 'max-workflows',
    form: 'integer',
    default: '1',
    doc: 'How many workflows run at a time.',
  },
  {
    names: ['WOODPECKER_AGENT_SINGLE_WORKFLOW'],
    flag: 'single-workflow',
    form: 'boolean',
    default: 'false',
    doc: 'Whether the agent ends after one workflow.',
  },
  {
    names: ['WOODPECKER_HEALTHCHECK'],
    flag: 'healthcheck',
    form: 'boolean',
    default: 'true',
    doc: 'Whether the agent answers health checks.',
  },
  {
    names: ['WOODPECKER_HEALTHCHECK_ADDR'],
    flag: 'healthcheck-addr',
    form: 'string',
    default: ':3000',
    doc: 'Where it answers them; without a host on all addresses.',
  },
  {
    names: ['WOODPECKER_KEEPALIVE_TIME'],
    flag: 'keepalive-time',
    form: 'duration',
    default: '0s',
    doc: 'After how long without traffic the connection is probed while a call is open; 0 never.',
  },
  {
    names: ['WOODPECKER_KEEPALIVE_TIMEOUT'],
    flag: 'keepalive-timeout',
    form: 'duration',
    default: '20s',
    doc: 'How long an answer to that may take before the connection counts as lost.',
  },
  {
    names: ['WOODPECKER_BACKEND'],
    flag: 'backend-engine',
    form: 'string',
    default: 'auto-detect',
    doc: 'Backend: `auto-detect` or `kubernetes`.',
  },
  {
    names: ['WOODPECKER_CONNECT_RETRY_COUNT'],
    flag: 'connect-retry-count',
    form: 'integer',
    default: '5',
    doc: 'How often the first connection is tried; with 0 the agent ends at once.',
  },
  {
    names: ['WOODPECKER_CONNECT_RETRY_DELAY'],
    flag: 'connect-retry-delay',
    form: 'duration',
    default: '2s',
    doc: 'How long between those tries.',
  },
  {
    names: ['WOODPECKER_LOG_LEVEL'],
    flag: 'log-level',
    form: 'string',
    default: 'info',
    doc: 'From what level on the agent says something itself: `trace`, `debug`, `info`, `warn`, `error`, `fatal`, `panic` or `disabled`.',
  },
  {
    names: ['WOODPECKER_LOG_FILE'],
    flag: 'log-file',
    form: 'string',
    default: 'stderr',
    doc: 'Where it says it: `stdout`, `stderr` or a path.',
  },
  {
    names: ['WOODPECKER_DEBUG_PRETTY'],
    flag: 'pretty',
    form: 'boolean',
    default: '',
    doc: 'Whether it is said for people instead of as lines of JSON; by default on a terminal.',
  },
  {
    names: ['WOODPECKER_DEBUG_NOCOLOR'],
    flag: 'nocolor',
    form: 'boolean',
    default: '',
    doc: 'Whether that is without colours; by default except on a terminal. In files it always is, and everywhere when `NO_COLOR` says anything.',
  },
  {
    names: ['MILLRACE_STATE_DIR'],
    flag: 'state-dir',
    form: 'string',
    default: '',
    doc: 'Where running workflows are remembered, for the next process to go on with; without it beside `WOODPECKER_AGENT_CONFIG_FILE`.',
  },
];
