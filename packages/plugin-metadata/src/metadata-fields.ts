import type {
  FieldContribution,
  Job,
  MetadataEntry,
  PodContribution,
  Settings,
  Source,
} from '@millrace/core';
import { gitlabLabelValue } from '@millrace/kube-objects';
import { pluginName } from './plugin-name.ts';
import { isProtectedKey } from './protected-key.ts';
import type { MetadataSettings } from './settings.ts';

/** A configured label or annotation and who set it. */
interface Entry extends MetadataEntry {
  readonly source: Source;
}

/** Labels and annotations of a pod: those the job has by itself, and those configured, which replace them. */
export function metadataContributions(
  job: Pick<Job, 'labels' | 'annotations'>,
  settings: Settings<MetadataSettings>,
): readonly PodContribution[] {
  const { protectedDomains, labelValues } = settings.value;
  const labels = entriesOf('labels', settings);
  const refused = labels.filter(({ key }) => isProtectedKey(key, protectedDomains));
  const fitting = labels
    .filter((entry) => !refused.includes(entry))
    .map((entry) => ({ ...entry, value: fitted(entry.value, labelValues) }));
  return [
    ...mapContributions('labels', job.labels, fitting),
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
    path: `/metadata/${map}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
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
