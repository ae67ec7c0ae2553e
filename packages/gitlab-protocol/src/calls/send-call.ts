import { isRunnerError, RunnerError, type Clock, type Logger, type Metrics } from '@millrace/core';
import type { HttpAnswer, HttpRequest, Transport } from '../transport/transport.ts';
import { answerText, isJson, parseJson } from './answer-text.ts';
import { callMetrics, type Endpoint } from './call-metrics.ts';
import type { Cancellable } from './cancellable.ts';
import { redact } from './redact.ts';
import { noAnswer, type DecodedReply } from './reply.ts';
import { asksForAnotherTry, mostTries, retryPause } from './retry-pause.ts';

/** One call of the API. */
export interface ApiCall {
  /** Under which name metrics count it; undefined: not at all. */
  readonly endpoint?: Endpoint;
  readonly request: HttpRequest;
  /** The status that carries JSON which must be decoded. */
  readonly decodes?: number;
  /** Tokens that no text may show. */
  readonly secrets: readonly string[];
  /** False for a call that a server would carry out twice; 1 try then. */
  readonly repeatable?: boolean;
}

/** What sending needs. */
export interface CallContext {
  readonly transport: Transport;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics | undefined;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** 32 hexadecimal digits. */
  readonly requestId: () => string;
}

/**
 * Sends a call until an answer is final. Failures of the network are not repeated here; whoever calls has a rhythm of
 * its own.
 * @throws the signal's reason when it aborts, and nothing else
 */
export async function sendCall(
  call: ApiCall,
  context: CallContext,
  { signal }: Cancellable,
): Promise<DecodedReply> {
  const { transport, clock, logger, metrics } = context;
  const ownId = context.requestId();
  const request: HttpRequest = {
    ...call.request,
    headers: {
      'user-agent': context.userAgent,
      'x-request-id': ownId,
      ...call.request.headers,
    },
  };
  const measured = callMetrics(metrics, call.endpoint, request);
  let retried = false;
  for (let tries = 1; ; tries += 1) {
    const started = clock.monotonic();
    let answer: HttpAnswer;
    try {
      answer = await transport.exchange(request, { signal });
    } catch (error) {
      signal.throwIfAborted();
      measured.ended(noAnswer, clock.monotonic() - started);
      measured.tries(tries);
      return failed(asUnreachable(error, call, request), ownId, retried);
    }
    const again = asksForAnotherTry(answer.status);
    retried ||= again;
    if (again && tries < mostTries && call.repeatable !== false) {
      const pause = retryPause(answer.headers, tries, clock.now(), context.random());
      logger.info('Waiting before making the next call', {
        context: 'ratelimit-requester-gitlab-request',
        url: `${request.url.origin}${request.url.pathname}`,
        method: request.method,
        duration: `${Math.round(pause)}ms`,
      });
      await clock.sleep(pause, { signal });
      continue;
    }
    const reply = read(call, request, answer, ownId, retried);
    measured.ended(reply.status, clock.monotonic() - started);
    measured.tries(tries);
    return reply;
  }
}

function read(
  call: ApiCall,
  request: HttpRequest,
  answer: HttpAnswer,
  ownId: string,
  retried: boolean,
): DecodedReply {
  const correlationId = nonEmpty(answer.headers['x-request-id']) ?? ownId;
  const text = redact(answerText(request, answer), call.secrets);
  const reply = { headers: answer.headers, text, error: undefined, correlationId, retried };
  if (call.decodes !== answer.status) return { ...reply, status: answer.status, body: undefined };
  const body = isJson(answer) ? parseJson(answer.body) : undefined;
  if (body !== undefined) return { ...reply, status: answer.status, body };
  const fault = isJson(answer)
    ? 'the answer cannot be decoded'
    : 'response is not application/json';
  const error = badAnswer(`${request.method} ${request.url.pathname}: ${fault}`);
  return { ...reply, status: noAnswer, body: undefined, text: error.message, error };
}

const nonEmpty = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

function failed(error: RunnerError, correlationId: string, retried: boolean): DecodedReply {
  const { message: text } = error;
  return { status: noAnswer, headers: {}, body: undefined, text, error, correlationId, retried };
}

/** Transports throw typed errors; whatever else comes must not carry a foreign error with headers on. */
function asUnreachable(error: unknown, call: ApiCall, request: HttpRequest): RunnerError {
  if (isRunnerError(error)) return error;
  const message = redact(error instanceof Error ? error.message : String(error), call.secrets);
  return badAnswer(`${request.method} ${request.url.pathname}: ${message}`);
}

function badAnswer(message: string): RunnerError {
  return new RunnerError(message, {
    code: 'MILLRACE_E_GITLAB_BAD_ANSWER',
    kind: 'system',
    retry: 'operation',
    hint: 'Check that the url of the runner is GitLab and not a login page or another service.',
    details: { processed: true },
  });
}
