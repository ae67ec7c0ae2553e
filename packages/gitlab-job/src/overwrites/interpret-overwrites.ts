import type {
  Decision,
  OverwriteOffer,
  SettingChange,
  Source,
  Statement,
  Variable,
} from '@millrace/core';
import type { VariableList } from '../variables/variable-list.ts';
import { checkGate } from './check-gate.ts';
import { quoted } from './quoted.ts';

type Answer = SettingChange | Statement | Decision;

/** One variable that asks for a change, as it is read. */
interface Wish {
  readonly offer: OverwriteOffer;
  readonly variable: string;
  readonly value: string;
}

/**
 * Applies job variables to settings as GitLab Runner does: row by row, variables of a map in their order. The first
 * refusal ends it, and what was said before stays said.
 */
export function interpretOverwrites(
  offers: readonly OverwriteOffer[],
  variables: VariableList,
): readonly Answer[] {
  const answers: Answer[] = [];
  const ordered = offers.toSorted((a, b) => a.row.rank - b.row.rank);
  for (const wish of ordered.flatMap((offer) => wishes(offer, variables))) {
    const answer = answerTo(wish);
    answers.push(...answer);
    if (answer.some(({ kind }) => kind === 'refuse')) break;
  }
  return answers;
}

function wishes(offer: OverwriteOffer, variables: VariableList): readonly Wish[] {
  const { row } = offer;
  if (row.form === 'entry')
    return variables.all
      .filter(({ key }) => key.startsWith(row.variable))
      .map(({ key, value }) => ({ offer, variable: key, value }));
  const variable = variables.find(row.variable);
  const value = variable === undefined ? '' : readSingle(variable, offer, variables);
  return value === '' ? [] : [{ offer, variable: row.variable, value }];
}

/** GitLab Runner: of a file variable, a quantity is read from its contents, everything else is its path (gitlab/281). */
const readSingle = (variable: Variable, { row }: OverwriteOffer, variables: VariableList): string =>
  row.gate.rule === 'maximum' ? variable.value : (variables.refer(variable.key) ?? '');

function answerTo(wish: Wish): readonly Answer[] {
  const { offer, variable, value } = wish;
  const { row, plugin } = offer;
  const source: Source = { plugin, variable };
  const verdict = checkGate(row, offer.gate, value);
  if (verdict.verdict === 'refused') return [refusal(verdict.message, source)];
  if (verdict.verdict === 'off')
    return [decision(wish, row.label, value, `${row.gate.key} does not allow it`, false)];
  const path = row.path.split('.');
  if (row.form === 'value')
    return [
      { kind: 'setting', plugin, path, value, source },
      said(
        `${quoted(row.label)} overwritten with ${quoted(row.secret === true ? hidden : value)}`,
        source,
      ),
      decision(wish, row.label, value, `${row.gate.key} allows it`, true),
    ];
  const entry = splitEntry(wish);
  if (entry === undefined)
    return [refusal(`provided value ${quoted(value)} does not match "k=v"`, source)];
  return [
    { kind: 'setting', plugin, path: [...path, entry.key], value: entry.value, source },
    said(
      `${quoted(row.label)} ${quoted(entry.key)} overwritten with ${quoted(entry.value)}`,
      source,
    ),
    decision(wish, `${row.label} ${entry.key}`, entry.value, `${row.gate.key} allows it`, true),
  ];
}

/** Splits at the first separator; undefined when it is missing and must not be. */
function splitEntry({
  offer: { row },
  value,
}: Wish): { readonly key: string; readonly value: string } | undefined {
  const { at, optional } = row.separator ?? { at: '=', optional: false };
  const position = value.indexOf(at);
  if (position >= 0) return { key: value.slice(0, position), value: value.slice(position + 1) };
  return optional ? { key: value, value: '' } : undefined;
}

/** What GitLab Runner shows instead of a token. */
const hidden = 'XXXXXXXX...';

const said = (text: string, source: Source): Statement => ({
  kind: 'say',
  code: 'overwrites.applied',
  text,
  source,
});

const refusal = (message: string, source: Source): Statement => ({
  kind: 'refuse',
  code: 'overwrites.refused',
  text: `couldn't prepare overwrites: ${message}`,
  reason: 'configuration_error',
  source,
});

const decision = (
  { offer, variable }: Wish,
  subject: string,
  value: string,
  reason: string,
  allowed: boolean,
): Decision => ({
  kind: 'decision',
  subject,
  value,
  source: { plugin: offer.plugin, variable },
  allowed,
  reason,
  secret: offer.row.secret ?? false,
});
