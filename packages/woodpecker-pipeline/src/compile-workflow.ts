import { defaultClonePlugin, defaultTrustedClonePlugins, type PipelineContext } from './context.ts';
import { checkTrust } from './check-trust.ts';
import { compileStep, joined, type StepSurroundings } from './compile-step.ts';
import { isPlugin, type Container } from './container.ts';
import type { Findings } from './findings.ts';
import type { MatrixAxis } from './matrix.ts';
import { matchesImage } from './matches-image.ts';
import { matchesWhen, runsLocally } from './matches-when.ts';
import type { BackendConfig, BackendStage, BackendStep } from './payload.ts';
import type { PipelineMap, PipelineNode } from './pipeline-node.ts';
import { toStages } from './stages.ts';
import type { WorkflowFile } from './workflow-file.ts';

/** What a workflow is compiled with besides its file. */
export interface WorkflowSurroundings {
  readonly context: PipelineContext;
  readonly axis: MatrixAxis;
  /** The `CI_*` variables. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** A new identifier that sorts by time, in capitals. */
  readonly newId: () => string;
}

/** A workflow as the agent gets it. */
export function compileWorkflow(
  file: WorkflowFile,
  root: PipelineNode,
  { context, axis, metadata, labels, newId }: WorkflowSurroundings,
  findings: Findings,
): BackendConfig {
  const shared = `wp_${newId().toLowerCase()}_0_default`;
  // Where names meet, the server's own variables win over those of the matrix and of the run.
  const environment = {
    ...context.globalVariables,
    ...metadata,
    ...proxyVariables(context),
  };
  const ownEnvironment = { ...axis, ...context.variables };
  const surroundings: StepSurroundings = {
    context,
    shared,
    workspace: workspaceOf(file, context),
    environment,
    ownEnvironment,
    labels,
    facts: { context, matrix: axis, environment: { ...ownEnvironment, ...environment } },
    newId,
  };
  const compiler = new WorkflowCompiler(file, root, surroundings, findings);
  return {
    pipeline: compiler.stages(),
    network: shared,
    volume: shared,
    secrets: (context.secrets ?? []).map(({ name, value }) => ({ name, value })),
  };
}

class WorkflowCompiler {
  readonly #file: WorkflowFile;
  readonly #root: PipelineNode;
  readonly #surroundings: StepSurroundings;
  readonly #findings: Findings;

  constructor(
    file: WorkflowFile,
    root: PipelineNode,
    surroundings: StepSurroundings,
    findings: Findings,
  ) {
    this.#file = file;
    this.#root = root;
    this.#surroundings = surroundings;
    this.#findings = findings;
  }

  stages(): readonly BackendStage[] {
    const { clone, services, steps } = this.#file;
    for (const container of [...clone, ...services, ...steps])
      checkTrust(container, this.#surroundings.context, this.#findings);
    return [...this.#cloneStages(), ...this.#serviceStage(), ...this.#stepStages()];
  }

  #cloneStages(): readonly BackendStage[] {
    const { clone, skipClone } = this.#file;
    const { sourcesImage, skipClone: isThere = false } = this.#surroundings.context;
    if (skipClone || isThere) return [];
    if (sourcesImage !== undefined)
      return [{ steps: [this.#compile(this.#cloneContainer(sourcesImage), 'clone')] }];
    if (clone.length === 0) return [{ steps: [this.#defaultClone()] }];
    return this.#running(clone).map((container) => {
      if (!this.#isTrustedClone(container))
        this.#findings.warning(
          container.node,
          `${container.image} is none of the trusted clone plugins: it gets no login for git`,
          'add it to the trusted clone plugins if it needs one',
        );
      return { steps: [this.#withLogin(container, this.#compile(container, 'clone'))] };
    });
  }

  /** Gets git's login as its own environment, so that with one it counts as no plugin. */
  #defaultClone(): BackendStep {
    const { context } = this.#surroundings;
    const image = context.clonePlugin ?? defaultClonePlugin;
    return this.#compile(
      {
        ...this.#cloneContainer(image),
        environment: this.#map(loginVariables(context)),
        settings: this.#map({
          depth: '0',
          ...(context.pipeline.event === 'tag' && { tags: 'true' }),
        }),
      },
      'clone',
    );
  }

  #map(values: Readonly<Record<string, string>>): PipelineMap {
    const text = (value: string): PipelineNode => ({
      ...this.#place(),
      kind: 'scalar',
      value,
      text: value,
    });
    return {
      ...this.#place(),
      kind: 'map',
      entries: new Map(Object.entries(values).map(([key, value]) => [key, text(value)])),
    };
  }

  /** A clone step that no file has written. */
  #cloneContainer(image: string): Container {
    return {
      node: this.#map({}),
      name: 'clone',
      image,
      commands: [],
      entrypoint: [],
      directory: '',
      pull: false,
      privileged: false,
      detach: false,
      failure: 'fail',
      when: [],
      volumes: [],
      tmpfs: [],
      devices: [],
      dns: [],
      dnsSearch: [],
      extraHosts: [],
      ports: [],
      networkMode: '',
    };
  }

  /** All services start together, and before the first step. */
  #serviceStage(): readonly BackendStage[] {
    const { services } = this.#file;
    if (services.length === 0) return [];
    return [
      { steps: this.#running(services).map((container) => this.#compile(container, 'service')) },
    ];
  }

  #stepStages(): readonly BackendStage[] {
    const { steps } = this.#file;
    const isLocal = this.#surroundings.context.isLocal === true;
    const placed = this.#running(steps.filter(({ when }) => !isLocal || runsLocally(when))).map(
      (container) => ({
        container,
        step: this.#withLogin(
          container,
          this.#compile(container, isPlugin(container) ? 'plugin' : 'commands'),
        ),
      }),
    );
    return toStages(placed, steps, this.#findings).map((stage) => ({ steps: stage }));
  }

  #running(containers: readonly Container[]): readonly Container[] {
    return containers.filter(({ when }) =>
      matchesWhen(when, this.#surroundings.facts, this.#findings),
    );
  }

  #compile(container: Container, type: BackendStep['type']): BackendStep {
    return compileStep(container, type, this.#surroundings, this.#findings);
  }

  #isTrustedClone(container: Container): boolean {
    const { trustedClonePlugins = defaultTrustedClonePlugins } = this.#surroundings.context;
    return isPlugin(container) && matchesImage(container.image, trustedClonePlugins);
  }

  /** Git's login goes to trusted plugins, and in repositories trusted with security to every step. */
  #withLogin(container: Container, step: BackendStep): BackendStep {
    const { context } = this.#surroundings;
    if (!context.trust.security && !this.#isTrustedClone(container)) return step;
    return { ...step, environment: { ...step.environment, ...loginVariables(context) } };
  }

  #place(): Pick<PipelineNode, 'path' | 'position'> {
    return { path: [], position: this.#root.position };
  }
}

function workspaceOf(
  { workspace }: WorkflowFile,
  { repository }: PipelineContext,
): { readonly base: string; readonly path: string } {
  const url = URL.parse(repository.url);
  const fromUrl = url === null ? 'src' : joined('src', url.hostname, url.pathname);
  return {
    base: workspace.base === '' ? '/woodpecker' : joined(workspace.base),
    path: workspace.path === '' ? fromUrl : joined(workspace.path),
  };
}

function loginVariables(context: PipelineContext): Readonly<Record<string, string>> {
  const { gitLogin, repository, authenticatePublicRepositories } = context;
  const isWanted = repository.private === true || authenticatePublicRepositories === true;
  if (gitLogin === undefined || !isWanted) return {};
  return {
    CI_NETRC_USERNAME: gitLogin.username,
    CI_NETRC_PASSWORD: gitLogin.password,
    CI_NETRC_MACHINE: gitLogin.machine,
  };
}

/** All six as soon as one is set, as the server does. */
function proxyVariables({ proxy = {} }: PipelineContext): Readonly<Record<string, string>> {
  const { http = '', https = '', no = '' } = proxy;
  if (`${http}${https}${no}` === '') return {};
  return {
    no_proxy: no,
    NO_PROXY: no,
    http_proxy: http,
    HTTP_PROXY: http,
    https_proxy: https,
    HTTPS_PROXY: https,
  };
}
