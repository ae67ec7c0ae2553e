import type { ContainerProcess, ExecOptions } from '../contracts.ts';
import { text } from '../store/json.ts';
import { badRequest } from '../store/status.ts';
import type { ResourceExchange } from './exchange.ts';
import { targetContainer, targetPod } from './pod-target.ts';

const flag = (query: URLSearchParams, name: string, otherwise: boolean): boolean => {
  const given = query.get(name);
  return given === null || given === '' ? otherwise : given === 'true' || given === '1';
};

/** A process that is running, and which of its streams the client wants. */
export interface StartedProcess {
  readonly process: ContainerProcess;
  readonly options: ExecOptions;
}

/**
 * Starts what `pods/exec` or `pods/attach` asks for, before the connection is upgraded, so that errors are ordinary
 * answers.
 * @throws ApiStatusError NotFound, BadRequest, or whatever the node says
 */
export async function startProcess(exchange: ResourceExchange): Promise<StartedProcess> {
  const { query, info, context } = exchange;
  const pod = targetPod(exchange);
  const attach = info.subresource === 'attach';
  const options: ExecOptions = {
    stdin: flag(query, 'stdin', false),
    stdout: flag(query, 'stdout', attach),
    stderr: flag(query, 'stderr', attach),
    tty: flag(query, 'tty', false),
  };
  if (!options.stdin && !options.stdout && !options.stderr)
    throw badRequest('you must specify at least 1 of stdin, stdout, stderr');
  const container = targetContainer(pod, query.get('container') ?? '');
  if (text(pod, 'spec', 'nodeName') === '')
    throw badRequest(`pod ${info.name} does not have a host assigned`);
  if (['Succeeded', 'Failed'].includes(text(pod, 'status', 'phase'))) {
    throw badRequest(
      `cannot ${info.subresource} ${attach ? 'to a container' : 'into a container'} in a completed pod; current phase is ${text(pod, 'status', 'phase')}`,
    );
  }
  const command = query.getAll('command');
  if (!attach && command.length === 0)
    throw badRequest('you must specify at least one command for the container');
  const process = attach
    ? await context.node.attach(pod, container, options)
    : await context.node.exec(pod, container, command, options);
  return { process, options };
}
