import type { LiteralFinder } from '../literals/literal-finder.ts';
import { joined, NOTHING } from './byte-writer.ts';
import { createCharacterRepair, type CharacterRepairState } from './character-repair.ts';
import { createLineTimestamps, type LineTimestampsState } from './line-timestamps.ts';
import type { LogTransform } from './log-transform.ts';
import {
  createParameterMasker,
  type ParameterMaskerState,
  type ParameterNames,
} from './parameter-masker.ts';
import { createSecretMasker, type SecretMaskerState } from './secret-masker.ts';
import { createTokenMasker, type TokenMaskerState } from './token-masker.ts';

/** What the streams of one job log have in common. */
export interface StreamRules {
  readonly secrets: LiteralFinder;
  /** None when parameters stay. */
  readonly parameters: ParameterNames | undefined;
  readonly tokenPrefixes: LiteralFinder;
  readonly repairCharacters: boolean;
  readonly timestamps: { readonly now: () => number } | undefined;
}

/** States of the steps that are not as new. */
export interface StreamChainState {
  readonly secrets?: SecretMaskerState;
  readonly parameters?: ParameterMaskerState;
  readonly tokens?: TokenMaskerState;
  readonly characters?: CharacterRepairState;
  readonly lines?: LineTimestampsState;
}

/** The steps that a stream of a job log passes. */
export interface StreamChain extends LogTransform<StreamChainState> {
  readonly useSecrets: (finder: LiteralFinder) => void;
}

/**
 * Chains the steps of one stream: secrets, parameters, tokens, characters, timestamps. Characters are repaired before
 * lines are made, so that neither the end that a long line is given nor bytes of another stream can cut one.
 * @param stream - see {@link createLineTimestamps}
 */
export function createStreamChain(
  stream: string,
  rules: StreamRules,
  state: StreamChainState = {},
): StreamChain {
  const secrets = createSecretMasker(rules.secrets, { state: state.secrets });
  const parameters =
    rules.parameters === undefined
      ? undefined
      : createParameterMasker(rules.parameters, { state: state.parameters });
  const tokens = createTokenMasker(rules.tokenPrefixes, { state: state.tokens });
  const characters = createCharacterRepair({ state: state.characters });
  const { timestamps } = rules;
  const lines =
    timestamps === undefined
      ? undefined
      : createLineTimestamps(stream, timestamps.now, { state: state.lines });
  const steps: readonly LogTransform<unknown>[] = [
    secrets,
    ...(parameters === undefined ? [] : [parameters]),
    tokens,
    ...(rules.repairCharacters ? [characters] : []),
    ...(lines === undefined ? [] : [lines]),
  ];
  return {
    push: (chunk) => {
      let bytes = chunk;
      for (const step of steps) {
        if (bytes.length === 0) return bytes;
        bytes = step.push(bytes);
      }
      return bytes;
    },
    end: () => {
      let bytes = NOTHING;
      for (const step of steps) bytes = joined(step.push(bytes), step.end());
      return bytes;
    },
    idle: () => steps.every((step) => step.idle()),
    state: () => ({
      ...(secrets.idle() ? {} : { secrets: secrets.state() }),
      ...(parameters === undefined || parameters.idle() ? {} : { parameters: parameters.state() }),
      ...(tokens.idle() ? {} : { tokens: tokens.state() }),
      ...(characters.idle() ? {} : { characters: characters.state() }),
      ...(lines === undefined || lines.idle() ? {} : { lines: lines.state() }),
    }),
    useSecrets: secrets.use,
  };
}
