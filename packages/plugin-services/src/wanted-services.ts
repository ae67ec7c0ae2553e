import type { Expand, ImageRequest, Job, Source, Settings, Variable } from '@millrace/core';
import { PLUGIN } from './plugin-name.ts';
import type { ConfiguredService, ServicesSettings } from './settings.ts';

/** A service that a job has, whoever asked for it. */
export interface WantedService {
  /** As asked for; references to variables are still in its name. */
  readonly request: ImageRequest;
  /** Name of the image after expansion. */
  readonly image: string;
  readonly aliases: readonly string[];
  readonly variables: readonly Variable[];
  readonly source: Source;
}

/** The operator's services, then the job's; those without an image are dropped. */
export function wantedServices(
  job: Pick<Job, 'services'>,
  settings: Settings<ServicesSettings>,
  expand: Expand,
): readonly WantedService[] {
  const configured = settings.value.services.map((service, index) => ({
    ...fromSettings(service),
    source: settings.source(['services', index]),
  }));
  const asked = job.services.map(({ image, aliases, variables }) => ({
    request: image,
    aliases,
    variables,
    source: { plugin: PLUGIN, configPath: `service ${image.name} of the job` },
  }));
  return [...configured, ...asked]
    .filter(({ request }) => request.name !== '')
    .map((service) => ({
      ...service,
      image: expand(service.request.name, 'job'),
      aliases: service.aliases.flatMap((alias) => splitAliases(expand(alias, 'job'))),
    }));
}

function fromSettings({ name, alias, entrypoint, command, environment }: ConfiguredService): {
  readonly request: ImageRequest;
  readonly aliases: readonly string[];
  readonly variables: readonly Variable[];
} {
  return {
    request: {
      name,
      ...(entrypoint.length === 0 ? {} : { entrypoint }),
      ...(command.length === 0 ? {} : { command }),
    },
    aliases: [alias],
    variables: environment.flatMap(parseVariable),
  };
}

/** Only the first `=` separates; an entry without one is dropped. */
function parseVariable(entry: string): readonly Variable[] {
  const at = entry.indexOf('=');
  if (at < 0) return [];
  return [
    {
      key: entry.slice(0, at),
      value: entry.slice(at + 1),
      public: false,
      file: false,
      masked: false,
      raw: false,
      internal: true,
    },
  ];
}

/** Several aliases stand in one text, separated by blanks or commas (gitlab/029). */
function splitAliases(text: string): readonly string[] {
  return text.split(/[\s,]+/u).filter((alias) => alias !== '');
}
