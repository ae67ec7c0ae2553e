import type {
  Binding,
  Decision,
  PlannedDecision,
  PlannedLine,
  PlannedRefusal,
  Precondition,
  Source,
  Statement,
  Wording,
} from '@millrace/core';
import { describeSource } from '@millrace/pod-draft';

interface Note {
  readonly plugin: string;
  readonly sequence: number;
  readonly rank: number;
  readonly kind: Statement['kind'];
  readonly text: string;
  readonly statement: Statement;
}

const unranked = 100_000;

/** Gathers what is said while planning, words it as the peer does, and puts it in the peer's order. */
export class Notes {
  readonly #wording: ReadonlyMap<string, Wording>;
  readonly #notes: Note[] = [];
  readonly #decisions: PlannedDecision[] = [];
  readonly #preconditions: Precondition[] = [];

  constructor(bindings: readonly Binding[], wording?: ReadonlyMap<string, Wording>) {
    this.#wording =
      wording ?? new Map(bindings.flatMap(({ wording: own = {} }) => Object.entries(own)));
  }

  add(plugin: string, sequence: number, item: Statement | Decision | Precondition): void {
    if (item.kind === 'decision') this.#decisions.push(decided(plugin, item));
    else if (item.kind === 'precondition')
      this.#preconditions.push({ ...item, refusal: this.#worded(item.refusal) });
    else this.#say(plugin, sequence, item);
  }

  /** Notes of one unit, whose refusal is its own; see {@link Notes.take}. */
  child(): Notes {
    return new Notes([], this.#wording);
  }

  /** Takes over what other notes say, without their refusal. */
  take(other: Notes): void {
    this.#notes.push(...other.#notes.filter(({ kind }) => kind !== 'refuse'));
    this.#decisions.push(...other.#decisions);
    this.#preconditions.push(...other.#preconditions);
  }

  /** Refuses the job for a reason of the engine's own. */
  refuse(plugin: string, statement: Omit<Statement, 'kind'>): void {
    this.#say(plugin, this.#notes.length, { ...statement, kind: 'refuse' });
  }

  /** The first refusal in the peer's order. */
  get refusal(): PlannedRefusal | null {
    const note = this.#sorted().find(({ kind }) => kind === 'refuse');
    if (note === undefined) return null;
    const { statement, text, plugin } = note;
    const position = statement.source?.position;
    return {
      code: statement.code,
      reason: statement.reason ?? 'refused',
      message: text,
      plugin,
      ...(position === undefined ? {} : { position }),
    };
  }

  /** Lines of the job log; those that would come after a refusal are not said. */
  get lines(): readonly PlannedLine[] {
    const sorted = this.#sorted();
    const end = sorted.findIndex(({ kind }) => kind === 'refuse');
    return (end < 0 ? sorted : sorted.slice(0, end)).flatMap(({ kind, statement, text }) =>
      kind === 'refuse' ? [] : [{ kind, code: statement.code, text }],
    );
  }

  get decisions(): readonly PlannedDecision[] {
    return this.#decisions;
  }

  get preconditions(): readonly Precondition[] {
    return this.#preconditions;
  }

  #say(plugin: string, sequence: number, statement: Statement): void {
    const wording = this.#wording.get(statement.code);
    if (wording?.kind === 'silent') return;
    const text = wording?.text?.(statement.values ?? {}) ?? statement.text;
    this.#notes.push({
      plugin,
      sequence,
      rank: wording?.rank ?? unranked,
      kind: wording?.kind ?? statement.kind,
      text,
      statement,
    });
  }

  #worded(statement: Statement): Statement {
    const text = this.#wording.get(statement.code)?.text?.(statement.values ?? {});
    return text === undefined ? statement : { ...statement, text };
  }

  #sorted(): readonly Note[] {
    return this.#notes.toSorted(
      (a, b) =>
        a.rank - b.rank ||
        (a.plugin < b.plugin ? -1 : a.plugin > b.plugin ? 1 : a.sequence - b.sequence),
    );
  }
}

function decided(
  plugin: string,
  { subject, value, source, allowed, reason, secret = false }: Decision,
): PlannedDecision {
  return { subject, value, source: describe(source), plugin, allowed, reason, secret };
}

const describe = (source: Source): string => describeSource(source);
