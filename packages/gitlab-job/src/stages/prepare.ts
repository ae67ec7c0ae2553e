import { quotePosix } from '@millrace/shell';
import { environmentFile, finishScript, newScript, type ScriptSource } from './stage-script.ts';

/** Says where the job runs, and forgets what an earlier job in the same directory left. */
export function prepareScript(source: ScriptSource, hostName: string): string {
  const script = newScript(source);
  script.raw(`printf 'Running on %s via %s...\\n' "$(hostname)" ${quotePosix(hostName)}`);
  script.removeFile(environmentFile(source));
  return finishScript(source, script);
}
