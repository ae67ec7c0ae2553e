import { dnsSubdomainErrors } from './dns-names.ts';

const namePattern = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const valuePattern = '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?';
const name = /^(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/u;

/**
 * What Kubernetes says about a label or annotation key, `name` or `prefix/name`; empty when it is valid. An annotation
 * key is checked in lower case.
 */
export function labelKeyErrors(key: string): readonly string[] {
  const parts = key.split('/');
  if (parts.length > 2) {
    return [
      `a valid label key ${mustConsist(namePattern, 'MyName')} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const own = parts.at(-1) ?? '';
  const errors: string[] = [];
  if (parts.length === 2) {
    const prefix = parts[0] ?? '';
    if (prefix === '') errors.push('prefix part must be non-empty');
    else errors.push(...dnsSubdomainErrors(prefix).map((error) => `prefix part ${error}`));
  }
  if (own === '') errors.push('name part must be non-empty');
  else if (own.length > 63) errors.push('name part must be no more than 63 bytes');
  if (!name.test(own)) errors.push(`name part ${mustConsist(namePattern, 'MyName')}`);
  return errors;
}

/** What Kubernetes says about a label value; empty when it is valid, as the empty text is. */
export function labelValueErrors(value: string): readonly string[] {
  const errors: string[] = [];
  if (value.length > 63) errors.push('must be no more than 63 bytes');
  if (value !== '' && !name.test(value)) {
    errors.push(
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and " +
        `end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '${valuePattern}')`,
    );
  }
  return errors;
}

function mustConsist(pattern: string, example: string): string {
  return (
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character " +
    `(e.g. '${example}',  or 'my.name',  or '123-abc', regex used for validation is '${pattern}')`
  );
}
