import type { RunnerInfo } from './runner-info.ts';

/** What the runner tells of a job. */
export interface JobUpdate {
  readonly state: 'running' | 'success' | 'failed';
  /** Only with `failed`; in the words that the server of the job accepts. */
  readonly failureReason?: string;
  /** 0 is not sent. */
  readonly exitCode?: number;
  /** Length and checksum of the whole trace. */
  readonly output?: TraceOutput;
}

/** What the server should have of a trace. */
export interface TraceOutput {
  /** `crc32:` and 8 hexadecimal digits. */
  readonly checksum: string;
  readonly bytesize: number;
}

/** Body of `PUT jobs/<id>`. Zero values are left out, as Go does; `output` stays. */
export function jobUpdateBody(
  update: JobUpdate,
  token: string,
  info: RunnerInfo,
): Readonly<Record<string, unknown>> {
  const { state, failureReason = '', exitCode = 0, output } = update;
  const checksum = output === undefined ? {} : { checksum: output.checksum };
  const bytesize =
    output === undefined || output.bytesize === 0 ? {} : { bytesize: output.bytesize };
  return {
    info,
    token,
    state,
    ...(state === 'failed' && failureReason !== '' ? { failure_reason: failureReason } : {}),
    ...checksum,
    output: { ...checksum, ...bytesize },
    ...(exitCode === 0 ? {} : { exit_code: exitCode }),
  };
}
