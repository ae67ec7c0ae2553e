import type {
  FieldContribution,
  Job,
  MetadataEntry,
  PodContribution,
  Settings,
  Source,
  Unit,
} from '@millrace/core';
import { childPointer, gitlabLabelValue } from '@millrace/kube-objects';
import { pluginName } from './plugin-name.ts';
import { isProtectedKey } from './protected-key.ts';
import type { MetadataSettings } from './settings.ts';

/** A configured label or annotation and who set it. */
interface Entry extends MetadataEntry {
  readonly source: Source;
}

/** Labels and annotations of a pod: those the job has by itself, and those configured, which replace them. */
export function metadataContributions(
  unit: Pick<Unit, 'labels'>,
  job: Pick<Job, 'labels' | 'annotations'>,
  settings: Settings<MetadataSettings>,
): readonly PodContribution[] {
  const { protectedDomains, labelValues } = settings.value;
  const labels = entriesOf('labels', settings);
  const own = [...new Map([...job.labels, ...(unit.labels ?? [])].map((e) => [e.key, e])).values()];
  const fixed = new Set(own.filter((entry) => entry.fixed === true).map(({ key }) => key));
  const refused = labels.filter(({ key }) => isProtectedKey(key, protectedDomains));
  const fitting = labels
    .filter((entry) => !refused.includes(entry) && !fixed.has(entry.key))
    .map((entry) => ({ ...entry, value: fitted(entry.value, labelValues) }));
  return [
    ...mapContributions('labels', own, fitting),
    ...labels.filter(({ key }) => fixed.has(key)).map(fixedNote),
    ...mapContributions('annotations', job.annotations, entriesOf('annotations', settings)),
    ...refused.flatMap((entry) => protectedNotes(entry, protectedDomains)),
  ];
}

function entriesOf(
  map: 'labels' | 'annotations',
  { value, source }: Settings<MetadataSettings>,
): readonly Entry[] {
  return Object.entries(value[map]).map(([key, text]) => ({
    key,
    value: text,
    source: source([map, key]),
  }));
}

/** A configured value overrides only where the job has one: against other plugins it stays a conflict. */
function mapContributions(
  map: 'labels' | 'annotations',
  own: readonly MetadataEntry[],
  configured: readonly Entry[],
): readonly FieldContribution[] {
  const ownKeys = new Set(own.map(({ key }) => key));
  const set = ({ key, value, source }: Entry): FieldContribution => ({
    kind: 'field',
    path: childPointer(`/metadata/${map}`, key),
    op: 'set',
    value,
    source,
  });
  return [
    ...own.map((entry) => set({ ...entry, source: { plugin: pluginName } })),
    ...configured.map((entry) =>
      ownKeys.has(entry.key) ? { ...set(entry), override: true } : set(entry),
    ),
  ];
}

const fixedNote = ({ key, value, source }: Entry): PodContribution => ({
  kind: 'decision',
  subject: `label ${key}`,
  value,
  source,
  allowed: false,
  reason: 'the job has this label by itself, and it cannot be replaced',
});

function protectedNotes(
  { key, value, source }: Entry,
  domains: readonly string[],
): readonly PodContribution[] {
  const reason = `labels of ${domains.join(', ')} are the runner's own`;
  return [
    { kind: 'decision', subject: `label ${key}`, value, source, allowed: false, reason },
    {
      kind: 'warn',
      code: 'metadata.protected-label',
      text: `label ${key} is left out: ${reason}`,
      values: { key },
      source,
    },
  ];
}

const fitted = (value: string, rule: MetadataSettings['labelValues']): string =>
  rule === 'underscores' ? gitlabLabelValue(value) : value;
