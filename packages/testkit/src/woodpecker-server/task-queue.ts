import { deferred, type Deferred } from '@millrace/async';
import type { Clock } from '@millrace/core';
import { CallRefusal, refusal } from './call-refusal.ts';
import { matchLabels } from './match-labels.ts';
import type { KeptWorkflow } from './workflow-book.ts';

interface Poll {
  readonly agent: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly answer: Deferred<KeptWorkflow | undefined>;
}

interface RunningTask {
  readonly waits: Set<Deferred<boolean>>;
  stopLease: () => void;
}

/** What a queue is made of. */
export interface TaskQueueOptions {
  readonly clock: Clock;
  /** Milliseconds for which an agent has a workflow without a sign of life. */
  readonly lease: number;
  /** Told of leases that were not extended in time. */
  readonly expired: (workflow: KeptWorkflow) => void;
  /** Told of everything that changes. */
  readonly changed: () => void;
}

/**
 * Which workflow goes to whom, and for how long an agent has it. Workflows are handed out at once, not every 100 ms as
 * a Woodpecker server does. Source of the rules: Woodpecker's `server/queue/fifo.go`
 */
export interface TaskQueue {
  readonly push: (workflow: KeptWorkflow) => void;
  /** Waits for a workflow; undefined: the agent is to ask again. */
  readonly poll: (
    agent: number,
    labels: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ) => Promise<KeptWorkflow | undefined>;
  /**
   * Whether the workflow was canceled, when it is over; at once when no agent has it.
   * @throws CallRefusal when its lease ends
   */
  readonly wait: (workflow: KeptWorkflow, signal: AbortSignal) => Promise<boolean>;
  /** @throws CallRefusal when no agent has it */
  readonly extend: (workflow: KeptWorkflow) => void;
  /** Its lease ends now. */
  readonly expire: (workflow: KeptWorkflow) => void;
  /** The workflow is over. */
  readonly end: (workflow: KeptWorkflow, canceled: boolean) => void;
  /** Answers polls that are held with nothing. */
  readonly release: () => void;
  /** How many polls are held. */
  readonly held: () => number;
  /** Ends everything that waits. */
  readonly close: () => void;
}

/** Starts empty. */
export function createTaskQueue({ clock, lease, expired, changed }: TaskQueueOptions): TaskQueue {
  const pending: KeptWorkflow[] = [];
  const stale = new Set<KeptWorkflow>();
  const running = new Map<KeptWorkflow, RunningTask>();
  const polls = new Set<Poll>();

  const take = (workflow: KeptWorkflow): RunningTask | undefined => {
    const task = running.get(workflow);
    running.delete(workflow);
    task?.stopLease();
    return task;
  };
  const expire = (workflow: KeptWorkflow): void => {
    const task = take(workflow);
    if (task === undefined) return;
    expired(workflow);
    for (const wait of task.waits) wait.reject(refusal('queue: task expired'));
    // No second agent ever runs it: the one that asks next is answered with nothing, and then it is gone.
    stale.add(workflow);
    pending.unshift(workflow);
    assign();
  };
  const startLease = (workflow: KeptWorkflow): (() => void) =>
    clock.after(lease, () => expire(workflow));
  const bestPoll = (workflow: KeptWorkflow): Poll | undefined => {
    let best: { readonly poll: Poll; readonly score: number } | undefined;
    for (const poll of polls) {
      // The server puts this label in the place of whatever the agent says; its agents are for all organisations.
      const score = matchLabels({ ...poll.labels, 'org-id': '*' }, workflow.labels);
      if (score > (best?.score ?? 0)) best = { poll, score };
    }
    return best?.poll;
  };
  const assign = (): void => {
    for (const workflow of pending.slice()) {
      const poll = bestPoll(workflow);
      if (poll === undefined) continue;
      pending.splice(pending.indexOf(workflow), 1);
      polls.delete(poll);
      if (stale.delete(workflow)) {
        poll.answer.resolve(undefined);
        continue;
      }
      workflow.agent = poll.agent;
      running.set(workflow, { waits: new Set(), stopLease: startLease(workflow) });
      poll.answer.resolve(workflow);
    }
    changed();
  };
  const release = (): void => {
    for (const poll of polls) poll.answer.resolve(undefined);
    polls.clear();
    changed();
  };
  return {
    push: (workflow) => {
      pending.push(workflow);
      assign();
    },
    poll: async (agent, labels, signal) => {
      const poll: Poll = { agent, labels, answer: deferred() };
      polls.add(poll);
      assign();
      return await untilGivenUp(poll.answer, signal, () => {
        polls.delete(poll);
        changed();
      });
    },
    wait: async (workflow, signal) => {
      const task = running.get(workflow);
      if (task === undefined) return false;
      const wait: Deferred<boolean> = deferred();
      task.waits.add(wait);
      return await untilGivenUp(wait, signal, () => task.waits.delete(wait));
    },
    extend: (workflow) => {
      const task = running.get(workflow);
      if (task === undefined) throw refusal('queue: task not found');
      task.stopLease();
      task.stopLease = startLease(workflow);
    },
    expire,
    end: (workflow, canceled) => {
      const at = pending.indexOf(workflow);
      if (at >= 0) pending.splice(at, 1);
      stale.delete(workflow);
      for (const wait of take(workflow)?.waits ?? []) wait.resolve(canceled);
    },
    release,
    held: () => polls.size,
    close: () => {
      for (const workflow of running.keys())
        for (const wait of take(workflow)?.waits ?? []) wait.resolve(false);
      release();
    },
  };
}

/** What is waited for, or the end of the waiting when the client has gone. */
async function untilGivenUp<T>(
  waiting: Deferred<T>,
  signal: AbortSignal,
  leave: () => void,
): Promise<T> {
  const give = (): void => {
    leave();
    waiting.reject(new CallRefusal('CANCELLED', 'context canceled'));
  };
  if (signal.aborted) give();
  signal.addEventListener('abort', give, { once: true });
  try {
    return await waiting.promise;
  } finally {
    signal.removeEventListener('abort', give);
  }
}
