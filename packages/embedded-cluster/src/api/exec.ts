import type { ContainerProcess, ExecOptions } from '../contracts.ts';
import { text } from '../store/json.ts';
import { badRequest, kubeletRefusal } from '../store/status.ts';
import type { ResourceExchange } from './exchange.ts';
import { flag } from './query-values.ts';
import { targetContainer, targetPod } from './pod-target.ts';

/** A process that is running, and which of its streams the client wants. */
export interface StartedProcess {
  readonly process: ContainerProcess;
  readonly options: ExecOptions;
  /** Empty when one has attached to the container's own. */
  readonly command: readonly string[];
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
    stdin: flag(query, 'stdin'),
    stdout: query.has('stdout') ? flag(query, 'stdout') : attach,
    stderr: query.has('stderr') ? flag(query, 'stderr') : attach,
    tty: flag(query, 'tty'),
  };
  if (!options.stdin && !options.stdout && !options.stderr)
    throw kubeletRefusal(400, 'you must specify at least 1 of stdin, stdout, stderr');
  const container = targetContainer(pod, query.get('container') ?? '');
  if (text(pod, 'spec', 'nodeName') === '')
    throw badRequest(`pod ${info.name} does not have a host assigned`);
  const command = query.getAll('command');
  if (!attach && command.length === 0)
    throw badRequest('you must specify at least one command for the container');
  const process = attach
    ? await context.node.attach(pod, container, options)
    : await context.node.exec(pod, container, command, options);
  return { process, options, command };
}
