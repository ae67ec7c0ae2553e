import { isRunnerError } from '@millrace/core';
import { formatProblem } from '@millrace/config';
import {
  compilePipeline,
  type BackendStep,
  type CompiledPipeline,
  type CompiledWorkflow,
  type PipelineContext,
} from './index.ts';

/** A repository that is trusted with everything, at a push to main. */
export const trusted: PipelineContext = {
  systemUrl: new URL('https://ci.example.org'),
  forge: { type: 'forgejo', url: 'https://git.example.org' },
  repository: {
    id: 1,
    orgId: 2,
    owner: 'acme',
    name: 'widget',
    url: 'https://git.example.org/acme/widget',
    defaultBranch: 'main',
  },
  pipeline: {
    number: 7,
    event: 'push',
    commit: { sha: 'abc', ref: 'refs/heads/main', branch: 'main', message: 'Add a thing' },
  },
  trust: { network: true, volumes: true, security: true },
  skipClone: true,
};

/** The same at another event. */
export const atEvent = (
  event: NonNullable<PipelineContext['pipeline']['event']>,
  commit: PipelineContext['pipeline']['commit'] = {},
): PipelineContext => ({
  ...trusted,
  pipeline: { ...trusted.pipeline, event, commit: { ...trusted.pipeline.commit, ...commit } },
});

/** Several files by name. */
export function compileFiles(
  files: Readonly<Record<string, string>>,
  context: PipelineContext = trusted,
): CompiledPipeline {
  let count = 0;
  return compilePipeline({
    files: Object.entries(files).map(([file, text]) => ({ file, text })),
    context,
    newId: () => `ID${(count += 1)}`,
  });
}

export const compile = (text: string, context?: PipelineContext): CompiledPipeline =>
  compileFiles({ 'w.yaml': text }, context);

/** Steps by stage. */
export const stagesOf = (
  workflow: CompiledWorkflow | undefined,
): readonly (readonly BackendStep[])[] =>
  (workflow?.config.pipeline ?? []).map(({ steps }) => steps);

/** Names of steps by stage, of the first workflow. */
export const namesOf = (text: string, context?: PipelineContext): readonly (readonly string[])[] =>
  stagesOf(compile(text, context).workflows[0]).map((stage) => stage.map(({ name }) => name));

/** The one step of a file. */
export function stepOf(text: string, context?: PipelineContext): BackendStep {
  const [step, ...others] = stagesOf(compile(text, context).workflows[0]).flat();
  if (step === undefined || others.length > 0) throw new Error('the text has not one step');
  return step;
}

/** A step `t` with these lines below its image, as a file. */
export const stepText = (...lines: readonly string[]): string =>
  ['steps:', '  - name: t', '    image: alpine', ...lines.map((line) => `    ${line}`)].join('\n');

/** Every error, without the heading. */
export function errorsOf(text: string, context?: PipelineContext): readonly string[] {
  try {
    compile(text, context);
  } catch (error) {
    if (!isRunnerError(error)) throw error;
    if (error.message.includes('\n'))
      return error.message
        .split('\n')
        .slice(1)
        .map((line) => line.trim());
    return [`${error.message}${error.hint === undefined ? '' : ` (${error.hint})`}`];
  }
  return [];
}

export const warningsOf = (text: string, context?: PipelineContext): readonly string[] =>
  compile(text, context).warnings.map(formatProblem);
