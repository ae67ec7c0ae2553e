import type { JsonObject, JsonValue, KubeObject } from '@millrace/core';
import { age } from './age.ts';

/** A column of a Table as the API describes it. */
export interface Column extends JsonObject {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  /** 0 is always shown, 1 with `-o wide` only. */
  readonly priority: number;
}

/** How one resource is shown. */
export interface Printer {
  readonly columns: readonly Column[];
  readonly cells: (object: KubeObject, now: number) => readonly JsonValue[];
}

type Cell = (object: KubeObject, now: number) => JsonValue;

const types: Readonly<Record<string, string>> = {
  'Created At': 'date',
  'Allowed Disruptions': 'integer',
  Value: 'integer',
  'Global-Default': 'boolean',
};

const column = (name: string, priority: number): Column => ({
  name,
  type: types[name] ?? 'string',
  format: name === 'Name' ? 'name' : '',
  description: '',
  priority,
});

/** Columns in order, each with what it shows. @param wide - those of `-o wide` */
export function printer(
  narrow: Readonly<Record<string, Cell>>,
  wide: Readonly<Record<string, Cell>> = {},
): Printer {
  const cells = [...Object.values(narrow), ...Object.values(wide)];
  return {
    columns: [
      ...Object.keys(narrow).map((name) => column(name, 0)),
      ...Object.keys(wide).map((name) => column(name, 1)),
    ],
    cells: (object, now) => cells.map((cell) => cell(object, now)),
  };
}

/** Puts a printer's columns in another order: wide ones may stand between the others. */
export function ordered({ columns, cells }: Printer, names: readonly string[]): Printer {
  const places = names.map((name) => columns.findIndex((item) => item.name === name));
  return {
    columns: places.flatMap((place) => columns[place] ?? []),
    cells: (object, now) => {
      const all = cells(object, now);
      return places.map((place) => all[place] ?? '');
    },
  };
}

/** The object's name. */
export const named: Cell = (object) => object.metadata.name ?? '';

/** Time since the object was made. */
export const created: Cell = (object, now) => age(object.metadata.creationTimestamp ?? '', now);

/** When the object was made, as kinds have it that nobody has given an age. */
export const createdAt: Cell = (object) => object.metadata.creationTimestamp ?? '';

/** What is shown for nothing. */
export const orNone = (value: string): string => (value === '' ? '<none>' : value);
