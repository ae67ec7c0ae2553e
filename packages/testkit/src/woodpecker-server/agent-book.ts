import { notFound, refusal, type CallRefusal } from './call-refusal.ts';
import type { WireMessage } from './wire/message-fields.ts';

/** An agent in the server's list. */
export interface KeptAgent {
  readonly id: number;
  /** Its own token; undefined: it came with the secret of the whole server. */
  readonly token: string | undefined;
  name: string;
  info: WireMessage<'AgentInfo'> | undefined;
  /** It asked for the version. */
  greeted: boolean;
}

/** The agents of a server. */
export interface AgentBook {
  /**
   * The agent that shows a secret.
   * @throws CallRefusal
   */
  readonly authenticate: (token: string, id: number) => KeptAgent;
  /** @throws CallRefusal when it was removed */
  readonly get: (id: number) => KeptAgent;
  readonly all: () => readonly KeptAgent[];
  /** Only those that came with the secret of the server can be removed. */
  readonly remove: (agent: KeptAgent) => void;
}

const couldNot = (reason: string): CallRefusal => refusal(`agent could not auth: ${reason}`);

/** Starts with an agent for each token. */
export function createAgentBook(secret: string, tokens: readonly string[]): AgentBook {
  const agents = new Map<number, KeptAgent>();
  let last = 0;
  const add = (token: string | undefined): KeptAgent => {
    last += 1;
    const agent: KeptAgent = { id: last, token, name: '', info: undefined, greeted: false };
    agents.set(last, agent);
    return agent;
  };
  for (const token of tokens) add(token);
  return {
    authenticate: (token, id) => {
      if (token === '') throw couldNot('please provide a token');
      if (token !== secret) {
        const agent = [...agents.values()].find((each) => each.token === token);
        if (agent !== undefined) return agent;
        throw couldNot('individual agent not found by token: sql: no rows in result set');
      }
      if (id === -1) return add(undefined);
      const agent = agents.get(id);
      if (agent === undefined) throw couldNot('AgentID not found in database');
      if (agent.token !== undefined) throw couldNot('the agent with this ID is not a system agent');
      return agent;
    },
    get: (id) => {
      const agent = agents.get(id);
      if (agent === undefined) throw notFound();
      return agent;
    },
    all: () => [...agents.values()],
    remove: (agent) => {
      if (agent.token === undefined) agents.delete(agent.id);
    },
  };
}
