export { checkSchema, nearestPosition, type CheckPlace, type CheckResult } from './check-schema.ts';
export { formatConfigPath, type ConfigPath } from './config-path.ts';
export {
  formatPosition,
  formatProblem,
  type ConfigProblem,
  type PositionOf,
} from './config-problem.ts';
export { ConfigProblems } from './config-problems.ts';
export { parseGoBool } from './go-bool.ts';
export { formatGoDuration, parseGoDuration } from './go-duration.ts';
export { readKubernetesYaml, type KubernetesYaml } from './kubernetes-yaml.ts';
export { readFields, type Fields, type PayloadKind } from './read-fields.ts';
export { parseGoInteger } from './go-integer.ts';
export { lookupKey } from './lookup-key.ts';
export { parseToml, type TomlDocument } from './parse-toml.ts';
export { parseYaml, type YamlDocument, type YamlParseOptions } from './parse-yaml.ts';
export { suggest, suggestionHint } from './suggest.ts';
export type { YamlFlavor } from './yaml-schema.ts';
