import { collectFieldErrors } from './admission/field-errors.ts';
import { invalidOptions } from './mutation.ts';

/** Checks what a list or watch says of versions. @throws ApiStatusError Invalid */
export function checkListOptions(query: URLSearchParams, watching: boolean): void {
  const errors = collectFieldErrors();
  const field = 'resourceVersionMatch';
  const match = query.get(field) ?? '';
  const version = query.get('resourceVersion') ?? '';
  const streaming = query.has('sendInitialEvents');
  if (watching && streaming) {
    if (match !== 'NotOlderThan')
      errors.forbidden(
        field,
        'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
      );
    if (match !== '' && match !== 'NotOlderThan')
      errors.unsupported(field, match, ['NotOlderThan']);
  } else if (watching) {
    if (match !== '')
      errors.forbidden(
        field,
        'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
      );
  } else {
    if (streaming) errors.forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list');
    if (match !== '' && version === '')
      errors.forbidden(
        field,
        'resourceVersionMatch is forbidden unless resourceVersion is provided',
      );
    else if (match !== '' && (query.get('continue') ?? '') !== '')
      errors.forbidden(field, 'resourceVersionMatch is forbidden when continue is provided');
    if (!['', 'Exact', 'NotOlderThan'].includes(match))
      errors.add(
        'FieldValueNotSupported',
        field,
        `Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan", ""`,
      );
    else if (match === 'Exact' && version === '0')
      errors.forbidden(field, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
  }
  if (errors.causes.length > 0) throw invalidOptions('ListOptions', errors.causes);
}
