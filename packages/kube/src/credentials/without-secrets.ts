/** Longest message kept from a foreign program. */
const longest = 500;

/** A foreign program's message, cut, with everything that has the look of a token or key taken out. */
export function withoutSecrets(message: string): string {
  const clean = message
    .replaceAll(/-----BEGIN [^-]*-----[\s\S]*?(?:-----END [^-]*-----|$)/g, '[removed]')
    .replaceAll(/[A-Za-z0-9_+=-]{32,}(?:\.[A-Za-z0-9_+=-]+)*/g, '[removed]')
    .trim();
  return clean.length <= longest ? clean : `${clean.slice(0, longest)}…`;
}
