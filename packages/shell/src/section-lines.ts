import { BOLD_CYAN, RESET } from './colors.ts';
import type { Quoting } from './quote.ts';
import { quoteWord } from './quote.ts';
import type { ScriptSection } from './script-builder.ts';

/**
 * Lines that open and close a section of the job log. The time is that of the container in which the script runs; an
 * image without `date` gives 0 and keeps the section.
 */
export function sectionLines(
  { name, header, options = {} }: ScriptSection,
  quoting: Quoting,
): { readonly start: readonly string[]; readonly end: readonly string[] } {
  const list = Object.entries(options).map(([key, value]) => `${key}=${value}`);
  const bracket = list.length === 0 ? '' : `[${list.join(',')}]`;
  const marker = (edge: string, suffix: string): string =>
    `printf 'section_${edge}:%s:%s\\r\\033[0K' "$(date +%s 2>/dev/null || echo 0)" ${quoteWord(`section_${name}${suffix}`, quoting)}`;
  return {
    start: [
      marker('start', bracket),
      `printf '%s\\n' ${quoteWord(BOLD_CYAN + header + RESET, quoting)}`,
    ],
    end: [marker('end', ''), "printf '\\n'"],
  };
}
