const labelPattern = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const label = new RegExp(`^${labelPattern}$`, 'u');
const subdomain = new RegExp(`^${labelPattern}(\\.${labelPattern})*$`, 'u');

/**
 * What Kubernetes says about a name that is no DNS-1123 label (container names, namespaces, services); empty when it is
 * one.
 */
export function dnsLabelErrors(name: string): readonly string[] {
  const errors: string[] = [];
  if (name.length > 63) errors.push(tooLong(63));
  if (subdomain.test(name)) {
    if (name.includes('.')) errors.push('must not contain dots');
  } else if (!label.test(name)) {
    errors.push(
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end " +
        `with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${labelPattern}')`,
    );
  }
  return errors;
}

/** The same for DNS-1123 subdomains (names of pods, secrets and most other objects). */
export function dnsSubdomainErrors(name: string): readonly string[] {
  const errors: string[] = [];
  if (name.length > 253) errors.push(tooLong(253));
  if (!subdomain.test(name)) {
    errors.push(
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start " +
        "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
        `'${labelPattern}(\\.${labelPattern})*')`,
    );
  }
  return errors;
}

/** True for a DNS-1123 label: at most 63 of `[-a-z0-9]`, alphanumeric at both ends. */
export function isDnsLabel(name: string): boolean {
  return name.length <= 63 && label.test(name);
}

/** True for a DNS-1123 subdomain: labels of any length joined by dots, at most 253 characters in all. */
export function isDnsSubdomain(name: string): boolean {
  return name.length <= 253 && subdomain.test(name);
}

/** Kubernetes' words for a text beyond its limit. */
function tooLong(limit: number): string {
  return `must be no more than ${limit} characters`;
}
