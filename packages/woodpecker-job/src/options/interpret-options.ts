import { suggestionHint } from '@millrace/config';
import {
  SettingError,
  type Decision,
  type JsonObject,
  type JsonValue,
  type OptionOffer,
  type OptionPlace,
  type SettingChange,
  type Source,
  type Statement,
} from '@millrace/core';
import { pluginName } from '../plugin-name.ts';
import { lookUp, optionsPath, readOptions, type OptionFault } from './read-options.ts';
import { isEmpty, isObject, weakValue } from './weak-value.ts';

type Answer = SettingChange | Statement | Decision;

/** A step whose options are read. */
export interface SteppedUnit {
  /** Id of its unit. */
  readonly unit: string;
  readonly name: string;
  /** As sent, with the agent's variables. */
  readonly step: JsonObject;
}

/** One value that a step brings for a setting. */
interface Wish {
  readonly offer: OptionOffer;
  readonly of: SteppedUnit;
  /** As people find it: `backend_options.kubernetes.nodeSelector`. */
  readonly key: string;
  readonly value: JsonValue;
  readonly source: Source;
}

/**
 * What steps change of the settings of their pods. An option that is not allowed, not known or cannot be read is told
 * about and left out, as far as it is an option; what belongs to the step itself must be right.
 */
export function interpretOptions(
  offers: readonly OptionOffer[],
  steps: readonly SteppedUnit[],
): readonly Answer[] {
  return steps.flatMap((of) => {
    const rows = offers.map(({ row }) => row);
    const { values, options, faults } = readOptions(of.step, rows);
    return [
      ...faults.map((fault) => faultOf(fault, of)),
      ...offers.flatMap((offer): readonly Answer[] => {
        const { key } = offer.row;
        if (key.startsWith('/')) return ownAnswers(offer, of, options);
        const value = values.get(key);
        // An empty list or map says nothing; an empty table is one.
        if (value === undefined || (isEmpty(value) && offer.row.form !== 'table')) return [];
        return optionAnswers(wish(offer, of, `${optionsPath}.${key}`, value), options);
      }),
    ];
  });
}

/** What stands at the step itself: no gate, no decisions. */
function ownAnswers(offer: OptionOffer, of: SteppedUnit, options: JsonObject): readonly Answer[] {
  const { key, form, members } = offer.row;
  const faults: OptionFault[] = [];
  const value = weakValue(lookUp(of.step, key.slice(1).split('.')), form, members, {
    key: key.slice(1),
    fault: (at, message) => faults.push({ key: at, message }),
    unknown: () => undefined,
  });
  const refused = faults.map(({ key: at, message }) =>
    refusal(wish(offer, of, at, ''), message, undefined),
  );
  if (value === undefined || isEmpty(value)) return refused;
  const wanted = wish(offer, of, key.slice(1), value);
  const converted = convert(wanted, options);
  if (converted instanceof SettingError)
    return [...refused, refusal(wanted, converted.message, converted.hint)];
  return [...refused, ...(converted === undefined ? [] : changes(wanted, converted))];
}

function optionAnswers(wanted: Wish, options: JsonObject): readonly Answer[] {
  const { offer, of, key } = wanted;
  if (!offer.allowed) {
    const gate = offer.gateSource.configPath ?? offer.row.gate?.key ?? '';
    return [
      warning('options.not-allowed', of, key, `is left out: ${gate} does not allow it`),
      decision(wanted, false, `${gate} does not allow it`),
    ];
  }
  const converted = convert(wanted, options);
  if (converted instanceof SettingError) {
    const { message, hint } = converted;
    return [
      warning('options.without-effect', of, key, withHint(message, hint)),
      decision(wanted, false, message),
    ];
  }
  if (converted === undefined) return [];
  return [...changes(wanted, converted), ...decisions(wanted)];
}

function convert(
  { offer, of, value }: Wish,
  options: JsonObject,
): JsonValue | undefined | SettingError {
  const place: OptionPlace = { unit: of.step, options, current: offer.current };
  try {
    return offer.row.convert === undefined ? value : offer.row.convert(value, place);
  } catch (thrown) {
    if (thrown instanceof SettingError) return thrown;
    throw thrown;
  }
}

/** Entry by entry where the row says so, so that each has its own source. */
function changes({ offer, of, source }: Wish, value: JsonValue): readonly SettingChange[] {
  const { path, merge } = offer.row;
  const change = (at: readonly string[], changed: JsonValue): SettingChange => ({
    kind: 'setting',
    plugin: offer.plugin,
    unit: of.unit,
    path: at,
    value: changed,
    source,
  });
  const segments = path.split('.');
  if (merge === 'replace') return [change(segments, value)];
  if (!isObject(value))
    return merge === 'operator-wins' && offer.current !== undefined
      ? []
      : [change(segments, value)];
  return Object.entries(value).flatMap(([key, member]) =>
    member === undefined || isOperators(offer, key) ? [] : [change([...segments, key], member)],
  );
}

/** Whether an entry of the operator's stands in the way of the unit's. */
const isOperators = ({ row, current }: OptionOffer, key: string): boolean =>
  row.merge === 'operator-wins' && isObject(current) && Object.hasOwn(current, key);

function decisions(wanted: Wish): readonly Decision[] {
  const { offer, value } = wanted;
  const reason =
    offer.row.gate === undefined
      ? 'the step asks for it'
      : `${offer.gateSource.configPath ?? ''} allows it`;
  if (offer.row.merge !== 'operator-wins') return [decision(wanted, true, reason)];
  if (!isObject(value))
    return offer.current === undefined
      ? [decision(wanted, true, reason)]
      : [decision(wanted, false, 'the operator has set it')];
  return Object.entries(value).map(([key, member = '']) => {
    const own = { ...wanted, key: `${wanted.key}.${key}`, value: member };
    return isOperators(offer, key)
      ? decision(own, false, 'the operator has set it')
      : decision(own, true, reason);
  });
}

const wish = (offer: OptionOffer, of: SteppedUnit, key: string, value: JsonValue): Wish => ({
  offer,
  of,
  key,
  value,
  source: { plugin: offer.plugin, configPath: `${key} of step ${of.name}` },
});

const decision = (
  { offer, of, key, value, source }: Wish,
  allowed: boolean,
  reason: string,
): Decision => ({
  kind: 'decision',
  subject: `${key} of step ${of.name}`,
  value: typeof value === 'string' ? value : JSON.stringify(value),
  source,
  allowed,
  reason,
  secret: offer.row.secret ?? false,
});

function faultOf({ key, message, known, whole }: OptionFault, of: SteppedUnit): Statement {
  const at = key === '' ? optionsPath : `${optionsPath}.${key}`;
  const place = known === undefined ? 'options.unreadable' : 'options.unknown';
  const { hint } =
    known === undefined ? { hint: undefined } : suggestionHint(nameIn(key, known), known);
  const consequence =
    whole !== undefined && whole !== key
      ? `so nothing of ${whole} counts`
      : key.endsWith(']') && known === undefined
        ? 'it counts as an empty one'
        : 'it is left out';
  return warning(place, of, at, `${withHint(message, hint)}; ${consequence}`);
}

/** A key as its candidates are written: whole, or its last part below a list. */
const nameIn = (key: string, known: readonly string[]): string =>
  known.some((name) => name.includes('.')) ? key : (key.split('.').at(-1) ?? key);

const warning = (code: string, of: SteppedUnit, key: string, message: string): Statement => ({
  kind: 'warn',
  code,
  text: `step ${of.name}: ${key} ${message}`,
  values: { step: of.name, key, message },
  source: { plugin: pluginName, configPath: `${key} of step ${of.name}` },
});

const refusal = (
  { of, key, source }: Wish,
  message: string,
  hint: string | undefined,
): Statement => ({
  kind: 'refuse',
  code: 'options.step-refused',
  text: `step ${of.name}: ${key}: ${withHint(message, hint)}`,
  reason: 'configuration_error',
  unit: of.unit,
  source,
});

const withHint = (message: string, hint: string | undefined): string =>
  hint === undefined ? message : `${message} (${hint})`;
