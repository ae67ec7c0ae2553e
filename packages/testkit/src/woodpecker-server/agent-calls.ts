import { refusal } from './call-refusal.ts';
import type { WireMessage } from './wire/message-fields.ts';
import type { Handler } from './server-context.ts';

const signOfLife = 'I am alive!';

/** `Version` */
export const tellVersion: Handler<'Version'> = (_request, { agent }, { protocol }) => {
  agent.greeted = true;
  return { grpc_version: protocol, server_version: '3.17.0' };
};

/** `RegisterAgent` */
export const registerAgent: Handler<'RegisterAgent'> = ({ info }, { agent, hostname, breach }) => {
  if (!agent.greeted) breach('the version was not asked for');
  if (info === undefined) breach('there is no info');
  else for (const sentence of breachesOfInfo(info)) breach(sentence);
  agent.info = info;
  agent.name ||= hostname;
  return { agent_id: agent.id };
};

function breachesOfInfo(info: WireMessage<'AgentInfo'>): readonly string[] {
  const { platform, capacity, backend, version } = info;
  return [
    /^[a-z0-9]+\/[a-z0-9]+$/u.test(platform) ? '' : `platform is "${platform}"`,
    capacity > 0 ? '' : `capacity is ${capacity}`,
    backend === '' ? 'backend is empty' : '',
    version === '' ? 'version is empty' : '',
  ].filter((sentence) => sentence !== '');
}

/** `ReportHealth` */
export const reportHealth: Handler<'ReportHealth'> = ({ status }) => {
  if (status !== signOfLife) throw refusal('Are you alive?');
  return {};
};

/** `UnregisterAgent` */
export const unregisterAgent: Handler<'UnregisterAgent'> = (
  _request,
  { agent, breach },
  { agents, workflows },
) => {
  for (const { id, agent: owner, status } of workflows.all())
    if (owner === agent.id && status === 'running')
      breach(`workflow ${id} is not done, and after this cannot be`);
  agents.remove(agent);
  return {};
};
