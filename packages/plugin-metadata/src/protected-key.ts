/**
 * Whether a label's key belongs to one of the domains: it is the domain, one below it, or has one of these as its
 * prefix. Case does not matter (gitlab/081).
 */
export function isProtectedKey(key: string, domains: readonly string[]): boolean {
  const domain = (key.split('/')[0] ?? '').toLowerCase();
  return domains
    .map((own) => own.toLowerCase())
    .some((own) => domain === own || domain.endsWith(`.${own}`));
}
