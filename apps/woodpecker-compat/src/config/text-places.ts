import { lookupKey, type ConfigPath } from '@millrace/config';
import type { MemberShape, SettingForm } from '@millrace/core';

type Shape = SettingForm | MemberShape[string];

/**
 * Where a value of a form wants text, by path: there the agent makes text of any scalar, elsewhere it does not.
 * @param members - of a table, or of the tables of a list
 */
export function textPlaces(
  form: SettingForm,
  members: MemberShape | undefined,
): (path: ConfigPath) => boolean {
  const whole: Shape =
    members === undefined ? form : form === 'table-list' ? { list: members } : { table: members };
  return (path) => path.reduce<Shape | undefined>(partOf, whole) === 'string';
}

function partOf(shape: Shape | undefined, key: string | number): Shape | undefined {
  if (shape === undefined) return undefined;
  if (typeof shape === 'string') {
    const isPart = shape === (typeof key === 'number' ? 'string-list' : 'string-map');
    return isPart ? 'string' : undefined;
  }
  if ('list' in shape) return typeof key === 'number' ? { table: shape.list } : undefined;
  if (typeof key === 'number' || !('table' in shape)) return undefined;
  const name = Object.keys(shape.table).find((member) => lookupKey({ [key]: 0 }, member) === key);
  return name === undefined ? undefined : shape.table[name];
}
