import type { JsonObject, JsonValue } from '@millrace/core';
import { untouched, type StepCourse, type StepReport } from './step-machine.ts';
import type { WireMessage } from './wire/message-fields.ts';
import type { WorkflowStatus } from './workflow-outcome.ts';

/** A step as the server keeps it. */
export interface KeptStep {
  readonly uuid: string;
  readonly name: string;
  /** `fail`, `ignore` or `cancel`. */
  readonly failure: string;
  course: StepCourse;
  readonly log: WireMessage<'LogEntry'>[];
}

/** A workflow as the server keeps it. */
export interface KeptWorkflow {
  readonly id: string;
  /** Workflows of one pipeline are canceled together. */
  readonly pipeline: string;
  readonly timeoutMinutes: number;
  readonly payload: Buffer;
  readonly labels: Readonly<Record<string, string>>;
  readonly steps: readonly KeptStep[];
  readonly reports: StepReport[];
  status: WorkflowStatus;
  /** The agent that got it. */
  agent: number | undefined;
  /** What the agent told last, with `Init` or `Done`. */
  told: WireMessage<'WorkflowState'> | undefined;
  /** Seconds since the epoch; 0: not yet. */
  finished: number;
  /** The server misbehaved towards it or ended it: order and number of its calls may be odd since. */
  disturbed: boolean;
  /** Its agent began it a second time, as one does that was killed. */
  resumed: boolean;
}

/** A workflow for the queue. */
export interface WorkflowSpec {
  readonly id: string;
  /** The backend configuration: its steps are those that the server knows. */
  readonly payload: JsonObject;
  /** 60 by default. */
  readonly timeoutMinutes?: number;
  /** `repo: acme/demo` by default. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Workflows with one name here are canceled together; by default each is alone. */
  readonly pipeline?: string;
}

/** The workflows of a server. */
export interface WorkflowBook {
  /** @throws Error when there is one of that id */
  readonly add: (spec: WorkflowSpec, payload?: Buffer) => KeptWorkflow;
  readonly find: (id: string) => KeptWorkflow | undefined;
  readonly findStep: (
    uuid: string,
  ) => { readonly workflow: KeptWorkflow; readonly step: KeptStep } | undefined;
  readonly all: () => readonly KeptWorkflow[];
  readonly ofPipeline: (pipeline: string) => readonly KeptWorkflow[];
}

/** Whether nothing more is to come of a workflow. */
export const isEnded = ({ status }: Pick<KeptWorkflow, 'status'>): boolean =>
  status !== 'pending' && status !== 'running';

/** Starts empty. */
export function createWorkflowBook(): WorkflowBook {
  const workflows = new Map<string, KeptWorkflow>();
  const all = (): readonly KeptWorkflow[] => [...workflows.values()];
  return {
    add: ({ id, payload, timeoutMinutes = 60, labels, pipeline }, bytes) => {
      if (workflows.has(id)) throw new Error(`there is a workflow ${id} already`);
      const workflow: KeptWorkflow = {
        id,
        pipeline: pipeline ?? `of ${id}`,
        timeoutMinutes,
        payload: bytes ?? Buffer.from(JSON.stringify(payload)),
        labels: labels ?? { repo: 'acme/demo' },
        steps: stepsOf(payload),
        reports: [],
        status: 'pending',
        agent: undefined,
        told: undefined,
        finished: 0,
        disturbed: false,
        resumed: false,
      };
      workflows.set(id, workflow);
      return workflow;
    },
    find: (id) => workflows.get(id),
    findStep: (uuid) => {
      for (const workflow of workflows.values()) {
        const step = workflow.steps.find((each) => each.uuid === uuid);
        if (step !== undefined) return { workflow, step };
      }
      return undefined;
    },
    all,
    ofPipeline: (pipeline) => all().filter((each) => each.pipeline === pipeline),
  };
}

function stepsOf(payload: JsonObject): readonly KeptStep[] {
  return listIn(payload, 'pipeline')
    .flatMap((stage) => listIn(stage, 'steps'))
    .map((step) => ({
      uuid: textIn(step, 'uuid'),
      name: textIn(step, 'name'),
      failure: textIn(step, 'failure') || 'fail',
      course: untouched,
      log: [],
    }));
}

const memberOf = (value: JsonValue, key: string): JsonValue | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)[key]
    : undefined;

function listIn(value: JsonValue, key: string): readonly JsonValue[] {
  const member = memberOf(value, key);
  return Array.isArray(member) ? (member as readonly JsonValue[]) : [];
}

function textIn(value: JsonValue, key: string): string {
  const member = memberOf(value, key);
  return typeof member === 'string' ? member : '';
}
