import { suggestionHint } from '@millrace/config';
import type { Findings } from './findings.ts';
import type { PipelineJob } from './pipeline.ts';
import type { JobDraft } from './read-job.ts';

/** Puts each job in its place: what it waits for and whose artifacts it gets. Wrong names, stages and circles are findings. */
export function connectJobs(
  drafts: readonly JobDraft[],
  stages: readonly string[],
  findings: Findings,
): readonly PipelineJob[] {
  const byName = new Map(drafts.map((draft) => [draft.name, draft]));
  const rank = (draft: JobDraft): number => stages.indexOf(draft.stage);
  for (const draft of drafts) {
    if (rank(draft) === -1) {
      const hint =
        suggestionHint(draft.stage, stages).hint ?? 'add it to stages, or choose another';
      findings.error(
        draft.stageNode,
        `there is no stage "${draft.stage}"; the stages are ${stages.join(', ')}`,
        hint,
      );
    }
  }
  const connected = drafts.map((draft): PipelineJob => {
    const earlier = drafts.filter((other) => rank(other) < rank(draft)).map(({ name }) => name);
    const needed = draft.needs?.filter((need) => checkNeed(draft, need, byName, rank, findings));
    const after = needed === undefined ? earlier : [...new Set(needed.map(({ job }) => job))];
    const offered =
      needed === undefined
        ? earlier
        : needed.filter(({ artifacts }) => artifacts).map(({ job }) => job);
    const artifactsFrom =
      draft.dependencies === undefined
        ? offered
        : checkDependencies(draft, after, byName, findings);
    const {
      node: _node,
      stageNode: _stageNode,
      needs: _needs,
      dependencies: _dependencies,
      ...job
    } = draft;
    return { ...job, after, hasNeeds: needed !== undefined, artifactsFrom };
  });
  return inRunOrder(connected, byName, rank, findings);
}

type Need = NonNullable<JobDraft['needs']>[number];

/** Whether the need is there to wait for. */
function checkNeed(
  draft: JobDraft,
  need: Need,
  byName: ReadonlyMap<string, JobDraft>,
  rank: (draft: JobDraft) => number,
  findings: Findings,
): boolean {
  const target = byName.get(need.job);
  if (target === undefined) {
    if (!need.optional)
      findings.error(
        need.node,
        `needs "${need.job}", which is no job of this file`,
        suggestionHint(need.job, byName.keys()).hint,
      );
    return false;
  }
  if (rank(target) > rank(draft)) {
    findings.error(
      need.node,
      `needs "${need.job}" of the later stage ${target.stage}`,
      `move one of the two jobs, so that ${need.job} can run first`,
    );
    return false;
  }
  return true;
}

/** GitLab: artifacts come only from jobs that this one waits for. */
function checkDependencies(
  draft: JobDraft,
  after: readonly string[],
  byName: ReadonlyMap<string, JobDraft>,
  findings: Findings,
): readonly string[] {
  const { names = [], node = draft.node } = draft.dependencies ?? {};
  return names.filter((name) => {
    if (after.includes(name)) return true;
    if (!byName.has(name))
      findings.error(
        node,
        `depends on "${name}", which is no job of this file`,
        suggestionHint(name, byName.keys()).hint,
      );
    else if (draft.needs === undefined)
      findings.error(
        node,
        `depends on "${name}", which is not in an earlier stage`,
        `move one of the two jobs`,
      );
    else
      findings.error(
        node,
        `depends on "${name}", which is not among its needs`,
        `add ${name} to needs`,
      );
    return false;
  });
}

/** By stage and then as written, but never before a job that it waits for. */
function inRunOrder(
  jobs: readonly PipelineJob[],
  byName: ReadonlyMap<string, JobDraft>,
  rank: (draft: JobDraft) => number,
  findings: Findings,
): readonly PipelineJob[] {
  const rankOf = ({ name }: PipelineJob): number => {
    const draft = byName.get(name);
    return draft === undefined ? -1 : rank(draft);
  };
  const waiting = new Set(jobs.toSorted((a, b) => rankOf(a) - rankOf(b)));
  const ordered: PipelineJob[] = [];
  const done = new Set<string>();
  while (waiting.size > 0) {
    const next = [...waiting].find(({ after }) => after.every((name) => done.has(name)));
    if (next === undefined) {
      reportCircle([...waiting], byName, findings);
      break;
    }
    waiting.delete(next);
    done.add(next.name);
    ordered.push(next);
  }
  return ordered;
}

/** Every job left waits for another one left, so following them must come round. */
function reportCircle(
  left: readonly PipelineJob[],
  byName: ReadonlyMap<string, JobDraft>,
  findings: Findings,
): void {
  const names = new Map(left.map((job) => [job.name, job]));
  const trail: string[] = [];
  let current = left[0];
  while (current !== undefined && !trail.includes(current.name)) {
    trail.push(current.name);
    current = names.get(current.after.find((name) => names.has(name)) ?? '');
  }
  const [first] = current === undefined ? [] : [byName.get(current.name)];
  if (current === undefined || first === undefined) return;
  const circle = [...trail.slice(trail.indexOf(current.name)), current.name];
  findings.error(
    first.needs?.[0]?.node ?? first.node,
    `needs go in a circle: ${circle.join(' -> ')}`,
    'remove one of these needs',
  );
}
