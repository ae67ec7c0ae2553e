/** A text without the tokens of a call, for a server may echo them. */
export function redact(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret !== '')
    .reduce((shown, secret) => shown.replaceAll(secret, '[MASKED]'), text);
}
