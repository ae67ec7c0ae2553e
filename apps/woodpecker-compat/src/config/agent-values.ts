import { parseGoDuration, type ConfigProblem } from '@millrace/config';
import { agentVariables, type AgentFlag, type AgentVariable } from './agent-variables.ts';
import { readVariable } from './read-variable.ts';

/** Values of the agent's own variables by flag; durations are milliseconds. */
export interface AgentValues {
  readonly text: (flag: AgentFlag) => string;
  readonly number: (flag: AgentFlag) => number;
  /** Undefined where it depends on more than the variable. */
  readonly truth: (flag: AgentFlag) => boolean | undefined;
  readonly texts: (flag: AgentFlag) => readonly string[];
  /** Whether something sets it. */
  readonly isSet: (flag: AgentFlag) => boolean;
  readonly problems: readonly ConfigProblem[];
}

type Value = string | number | boolean | readonly string[];

/**
 * Reads the agent's own variables; what is wrong is reported, not thrown.
 * @param texts - the environment, with flags under the first name of their variable
 */
export function agentValues(texts: Readonly<Record<string, string | undefined>>): AgentValues {
  const problems: ConfigProblem[] = [];
  const set = new Set<AgentFlag>();
  const values = new Map<AgentFlag, Value>();
  for (const variable of agentVariables) {
    const { flag, names } = variable;
    const name: string = names.find((candidate) => texts[candidate] !== undefined) ?? names[0];
    const text = texts[name];
    const read = text === undefined ? { value: undefined } : readText(variable, name, text);
    if ('fault' in read)
      problems.push({ severity: 'error', path: [name], message: read.fault, hint: read.hint });
    else if (read.value !== undefined) set.add(flag);
    const value = 'value' in read ? read.value : undefined;
    const counted = value ?? standardOf(variable);
    if (counted !== undefined) values.set(flag, counted);
  }
  return {
    text: (flag) => String(values.get(flag) ?? ''),
    number: (flag) => Number(values.get(flag) ?? 0),
    truth: (flag) => {
      const value = values.get(flag);
      return typeof value === 'boolean' ? value : undefined;
    },
    texts: (flag) => {
      const value = values.get(flag);
      return Array.isArray(value) ? (value as readonly string[]) : [];
    },
    isSet: (flag) => set.has(flag),
    problems,
  };
}

/** Undefined where it depends on more than the variable. */
function standardOf(variable: AgentVariable): Value | undefined {
  const { form, names, default: text } = variable;
  if (text === '' && form !== 'string') return undefined;
  const standard = readText(variable, names[0], text);
  return 'value' in standard ? standard.value : undefined;
}

function readText(
  { form, flag }: AgentVariable,
  name: string,
  text: string,
): { readonly value: Value | undefined } | { readonly fault: string; readonly hint: string } {
  if (form === 'string') return { value: text };
  if (form !== 'duration')
    return readVariable({ name, flag, form }, text) as ReturnType<typeof readText>;
  if (text === '') return { value: undefined };
  const value = parseGoDuration(text);
  return value === undefined
    ? {
        fault: `could not parse ${JSON.stringify(text)} as time.Duration value from environment variable "${name}" for flag ${flag}`,
        hint: 'write a number with a unit, such as 90s or 2m',
      }
    : { value };
}
