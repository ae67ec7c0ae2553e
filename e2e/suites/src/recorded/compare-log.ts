import { difference } from './compare-values.ts';

const section = /section_(?:start|end):\d+:[a-z_]+(?:\[[^\]]*\])?\r?/g;
/** ANSI codes; the recorder lost the first character of some. */
const ansi = /\u001B\[[0-9;]*[mK]|\[0;m|\[0K|\[3[0-9](?:;1)?m/g;
const ofPreparation = /^(?:Using |WARNING|Overwriting|"|Adding|Not |Skipping)/;
/** Lines of what our driver does not need, or that the reference writes after the pod exists. */
const notOurs = /init-permissions|ACTIVE_DEADLINE/;

const plain = (line: string): string => line.replaceAll(section, '').replaceAll(ansi, '').trim();

/**
 * Lines that preparation wrote into the recorded job log and that ours lacks. They must come in the recorded order, with
 * any lines between them; the reference itself writes pull policies in any order.
 */
export function compareLog(trace: string, log: readonly string[]): readonly string[] {
  const ours = log.map(plain);
  const differences: string[] = [];
  let from = 0;
  for (const line of trace.split('\n').map(plain)) {
    if (!ofPreparation.test(line) || notOurs.test(line)) continue;
    const anyOrder = line.startsWith('Using effective pull policy');
    const at = ours.indexOf(line, anyOrder ? 0 : from);
    if (at < 0) differences.push(difference('log', line, 'no such line after the previous one'));
    else if (!anyOrder) from = at + 1;
  }
  return differences;
}
