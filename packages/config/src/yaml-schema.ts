import type { DocumentOptions, ParseOptions, SchemaOptions, Tags } from 'yaml';

/** How plain words and numbers are read. */
export type YamlFlavor =
  /** YAML 1.2 core: `yes` and `010` are a string and ten. */
  | '1.2'
  /** As Ruby's Psych does, so as GitLab does: `yes`, `on`, `off` are booleans, `010` is eight, `1_000` a thousand. */
  | 'ruby';

/** Collections and dates of YAML 1.1 that GitLab's safe loader does not make. */
const leftOut: ReadonlySet<string> = new Set(
  ['binary', 'omap', 'pairs', 'set', 'timestamp'].map((name) => `tag:yaml.org,2002:${name}`),
);

/**
 * Words and numbers of YAML 1.1 narrowed to those of Psych: `y` and `n`, `08`, `.` and `12e5` (a commit, perhaps) are
 * strings.
 */
function asRuby(tag: Tags[number]): Tags {
  if (typeof tag === 'string' || tag.collection !== undefined) return [tag];
  switch (`${tag.tag} ${tag.format ?? ''}`) {
    case 'tag:yaml.org,2002:bool ':
      return [
        {
          ...tag,
          test: tag.test?.test('true') === true ? /^(?:yes|true|on)$/i : /^(?:no|false|off)$/i,
        },
      ];
    case 'tag:yaml.org,2002:int ':
      return [{ ...tag, test: /^[-+]?(?:0|[1-9][0-9_]*)$/ }];
    case 'tag:yaml.org,2002:float ':
      return [
        tag.test?.test('.inf') === true
          ? tag
          : { ...tag, test: /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)$/ },
      ];
    case 'tag:yaml.org,2002:float EXP':
      return [];
    default:
      return [tag];
  }
}

/**
 * Settings for the `yaml` package.
 * @param listTags - custom tags on lists that the caller understands, such as GitLab's `!reference`
 */
export function yamlOptions(
  flavor: YamlFlavor,
  listTags: readonly string[],
): ParseOptions & DocumentOptions & SchemaOptions {
  const custom: Tags = listTags.map((tag) => ({
    tag,
    collection: 'seq',
    identify: () => false,
    resolve: (list) => list,
  }));
  return {
    version: flavor === 'ruby' ? '1.1' : '1.2',
    merge: true,
    prettyErrors: false,
    strict: true,
    // The converter finds repeated keys itself: it can name them, and lets `<<` be written twice as readers do.
    uniqueKeys: false,
    customTags: (tags) =>
      flavor === 'ruby'
        ? [...tags.filter((tag) => !leftOut.has(nameOf(tag))).flatMap(asRuby), ...custom]
        : [...tags, ...custom],
  };
}

const nameOf = (tag: Tags[number]): string => (typeof tag === 'string' ? tag : tag.tag);
