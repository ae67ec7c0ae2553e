/** The kind of a field's value. */
export type FieldType = 'bool' | 'bytes' | 'int32' | 'int64' | 'labels' | 'string';

/** A field of a message: its number, and what stands there. */
export type WireField =
  | { readonly no: number; readonly type: FieldType }
  | { readonly no: number; readonly type: 'message' | 'messages'; readonly of: MessageName };

/**
 * The messages of protocol version 16, written for this server alone: where the numbers of a client differ from these,
 * one of the two is wrong. Source: Woodpecker's `rpc/proto/woodpecker.proto`.
 */
export const messageFields = {
  Empty: {},
  AuthRequest: { agent_token: { no: 1, type: 'string' }, agent_id: { no: 2, type: 'int64' } },
  AuthResponse: {
    status: { no: 1, type: 'string' },
    agent_id: { no: 2, type: 'int64' },
    access_token: { no: 3, type: 'string' },
  },
  VersionResponse: {
    grpc_version: { no: 1, type: 'int32' },
    server_version: { no: 2, type: 'string' },
  },
  Filter: { labels: { no: 1, type: 'labels' } },
  NextRequest: { filter: { no: 1, type: 'message', of: 'Filter' } },
  Workflow: {
    id: { no: 1, type: 'string' },
    timeout: { no: 2, type: 'int64' },
    payload: { no: 3, type: 'bytes' },
  },
  NextResponse: { workflow: { no: 1, type: 'message', of: 'Workflow' } },
  WorkflowState: {
    started: { no: 1, type: 'int64' },
    finished: { no: 2, type: 'int64' },
    error: { no: 3, type: 'string' },
    canceled: { no: 4, type: 'bool' },
  },
  InitRequest: {
    id: { no: 1, type: 'string' },
    state: { no: 2, type: 'message', of: 'WorkflowState' },
  },
  DoneRequest: {
    id: { no: 1, type: 'string' },
    state: { no: 2, type: 'message', of: 'WorkflowState' },
  },
  WaitRequest: { id: { no: 1, type: 'string' } },
  WaitResponse: { canceled: { no: 1, type: 'bool' } },
  ExtendRequest: { id: { no: 1, type: 'string' } },
  StepState: {
    step_uuid: { no: 1, type: 'string' },
    started: { no: 2, type: 'int64' },
    finished: { no: 3, type: 'int64' },
    exited: { no: 4, type: 'bool' },
    exit_code: { no: 5, type: 'int32' },
    error: { no: 6, type: 'string' },
    canceled: { no: 7, type: 'bool' },
    skipped: { no: 8, type: 'bool' },
  },
  UpdateRequest: {
    id: { no: 1, type: 'string' },
    state: { no: 2, type: 'message', of: 'StepState' },
  },
  LogEntry: {
    step_uuid: { no: 1, type: 'string' },
    time: { no: 2, type: 'int64' },
    line: { no: 3, type: 'int32' },
    type: { no: 4, type: 'int32' },
    data: { no: 5, type: 'bytes' },
  },
  LogRequest: { logEntries: { no: 1, type: 'messages', of: 'LogEntry' } },
  ReportHealthRequest: { status: { no: 1, type: 'string' } },
  AgentInfo: {
    platform: { no: 1, type: 'string' },
    capacity: { no: 2, type: 'int32' },
    backend: { no: 3, type: 'string' },
    version: { no: 4, type: 'string' },
    customLabels: { no: 5, type: 'labels' },
  },
  RegisterAgentRequest: { info: { no: 1, type: 'message', of: 'AgentInfo' } },
  RegisterAgentResponse: { agent_id: { no: 1, type: 'int64' } },
} as const;

/** Names of the messages. */
export type MessageName =
  | 'AgentInfo'
  | 'AuthRequest'
  | 'AuthResponse'
  | 'DoneRequest'
  | 'Empty'
  | 'ExtendRequest'
  | 'Filter'
  | 'InitRequest'
  | 'LogEntry'
  | 'LogRequest'
  | 'NextRequest'
  | 'NextResponse'
  | 'RegisterAgentRequest'
  | 'RegisterAgentResponse'
  | 'ReportHealthRequest'
  | 'StepState'
  | 'UpdateRequest'
  | 'VersionResponse'
  | 'WaitRequest'
  | 'WaitResponse'
  | 'Workflow'
  | 'WorkflowState';

type ValueOf<Field> = Field extends { readonly of: infer Of extends MessageName }
  ? Field extends { readonly type: 'messages' }
    ? readonly WireMessage<Of>[]
    : WireMessage<Of> | undefined
  : Field extends { readonly type: 'bool' }
    ? boolean
    : Field extends { readonly type: 'bytes' }
      ? Buffer
      : Field extends { readonly type: 'int32' | 'int64' }
        ? number
        : Field extends { readonly type: 'labels' }
          ? Readonly<Record<string, string>>
          : string;

/** A message with all its fields; what was not on the wire has its default. Numbers are exact up to 2^53. */
export type WireMessage<Name extends MessageName> = {
  readonly [Field in keyof (typeof messageFields)[Name]]: ValueOf<
    (typeof messageFields)[Name][Field]
  >;
};

/** The fields of a message by their names. */
export const fieldsOf = (name: MessageName): ReadonlyMap<string, WireField> =>
  new Map(Object.entries<WireField>(messageFields[name]));
