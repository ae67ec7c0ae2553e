import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { defineSuite, type Suite } from './define-suite.ts';
import { onHostNetwork } from './gitlab-run-network.ts';
import { runRoom, type RunRoom } from './gitlab-run-room.ts';

const project = 'acme/platform/demo-app';

/** The log of a job on the server, byte for byte. */
export const gitlabRunLogSuite: Suite = defineSuite('gitlab run log', (cluster) => {
  const room = runRoom(cluster, {
    repositories: { [project]: { commits: [{ files: { 'README.md': 'x\n' } }] } },
  });
  const { server, addJob, start, ended, expectCleanEnd } = room;

  it.each([
    ['without timestamps, as it is', 'false'],
    ['with timestamps, once they are taken away', 'true'],
  ])(
    '%s: a megabyte of text, odd ends of lines, and bytes that are no text',
    async (_how, flag) => {
      const timestamps = { key: 'FF_TIMESTAMPS', value: flag };
      const ids = [megabyte, oddLines, noText].map((script) =>
        addJob({ script: [script], variables: [timestamps] }),
      );
      const runner = await start();
      const [text, lines, bytes] = await Promise.all(ids.map((id) => outputOf(room, id, flag)));
      // The first line names the sum of the rest.
      const [, sum, random] = /^([0-9a-f]{64})\n([^]*)$/.exec(text ?? '') ?? [];
      expect(random).toHaveLength(1_000_000);
      expect(
        createHash('sha256')
          .update(random ?? '')
          .digest('hex'),
      ).toBe(sum);
      // With timestamps a carriage return makes a line of its own; nothing else differs.
      expect(lines?.replaceAll('\r\n', '\n')).toBe('dos\nalone\rreturn\n\nblank\nno newline');
      expect(bytes).toBe('a\uFFFDb \u00E9 \u20AC \uFFFD\uFFFDc');
      await expectCleanEnd(runner);
    },
  );

  it('is worded as documented', async () => {
    const [sha = ''] = server().repository(project).commits;
    const id = addJob({
      script: ['echo hello'],
      variables: [{ key: 'FF_TIMESTAMPS', value: 'false' }],
      serverUrl: server().url,
      project,
      sha,
    });
    const runner = await start(onHostNetwork);
    const { log } = await ended(id);
    expect(namesTaken(log)).toBe(documented);
    await expectCleanEnd(runner);
  });

  it('is cut at its limit, and says so', async () => {
    const id = addJob({ script: ['head -c 100000 /dev/zero | tr "\\0" x'] });
    const runner = await start({ runner: 'output_limit = 8' });
    const { log, state } = await ended(id);
    expect(state).toBe('success');
    expect(log).toContain("Job's log exceeded limit of 8192 bytes.");
    expect(log.length).toBeLessThan(8192 + 300);
    expect(server().violations()).toEqual([]);
    await expectCleanEnd(runner);
  });
});

/** Letters of base64 without ends of lines, behind the line with their sum. */
const megabyte = [
  'head -c 750000 /dev/urandom | base64 -w 0 > random',
  'sha256sum < random | cut -d " " -f 1',
  'cat random',
].join('\n');
const oddLines = String.raw`printf 'dos\r\nalone\rreturn\n\nblank\nno newline'`;
/** A byte that is none, two characters in two writes, and a character that is never finished. */
const noText = [
  String.raw`printf 'a\377b \303'; sleep 0.3`,
  String.raw`printf '\251 \342\202'; sleep 0.3`,
  String.raw`printf '\254 \360\237c'`,
].join('\n');

/** What a job's script has written, between the line that names the command and the end of the section. */
async function outputOf({ ended }: RunRoom, id: number, timestamps: string): Promise<string> {
  const { log, state } = await ended(id);
  expect(state).toBe('success');
  const text = timestamps === 'true' ? withoutTimestamps(log) : log;
  const [, output] =
    /\u001B\[32;1m\$ [^\n]*\n([^]*?)\nsection_end:\d+:step_script/.exec(text) ?? [];
  return output ?? '';
}

/** Takes the head of every line away; a line that goes on is joined with the one before. */
function withoutTimestamps(log: string): string {
  let text = '';
  for (const line of log.split('\n').slice(0, -1)) {
    const [, mark, rest] = /^\S{27} [0-9a-f]{2}[OE]([ +])([^]*)$/.exec(line) ?? [];
    expect(mark ?? line.slice(0, 100)).toMatch(/^[ +]$/);
    text = mark === '+' ? text.slice(0, -1) + (rest ?? '') : text + (rest ?? '');
    text += '\n';
  }
  return text;
}

/** The log with escapes in GitLab's notation, without times and names, nor what the documented one leaves out. */
const namesTaken = (log: string): string =>
  log
    .replaceAll('\u001B', '\\e')
    .replaceAll('\r', '\\r')
    .replaceAll(/section_(start|end):\d+:/g, 'section_$1:T:')
    .replaceAll(/^.*(?:feature flags: |Resolving secrets|WARNING: Advanced Pod Spec).*\n/gm, '')
    .replaceAll(
      /(?:^Waiting for pod \S+ to be running on the node \S+, status is \S+\n)+/gm,
      'WAITING\n',
    )
    .replace(/runner \S+ \(\S+\)/, 'runner VERSION')
    .replace(/on \S+ \S+, system ID: \S+\\e/, 'on RUNNER\\e')
    .replace(/(namespace: )[^\\]+/, '$1NAMESPACE')
    .replace(/(with image )\S+/, '$1IMAGE')
    .replace(/(Running on )\S+ via [^.\n]+/, '$1POD via HOST')
    .replace(/(correlation ID: )\w+/, '$1ID')
    .replace(/repository in \S+/, 'repository in FOLDER')
    // Where git knows LFS, it leaves an empty line.
    .replace(/(Checking out )\w{8}( .*\n)\n?/, '$1COMMIT$2');

const documented = String.raw`\e[0KRunning with gitlab-runner VERSION\e[0;m
\e[0K  on RUNNER\e[0;m
section_start:T:prepare_executor\r\e[0K\e[0K\e[36;1mPreparing the "kubernetes" executor\e[0;m\e[0;m
\e[0KUsing Kubernetes namespace: NAMESPACE\e[0;m
\e[0KUsing Kubernetes executor with image IMAGE ...\e[0;m
\e[0KUsing attach strategy to execute scripts...\e[0;m
\e[0KUsing effective pull policy of [IfNotPresent] for container build\e[0;m
\e[0KUsing effective pull policy of [IfNotPresent] for container helper\e[0;m
section_end:T:prepare_executor\r\e[0Ksection_start:T:prepare_script\r\e[0K\e[0K\e[36;1mPreparing environment\e[0;m\e[0;m
\e[0KUsing FF_USE_POD_ACTIVE_DEADLINE_SECONDS, the Pod activeDeadlineSeconds will be set to the job timeout: 1h0m0s...\e[0;m
WAITING
Running on POD via HOST...

section_end:T:prepare_script\r\e[0Ksection_start:T:get_sources\r\e[0K\e[0K\e[36;1mGetting source from Git repository\e[0;m\e[0;m
\e[32;1mGitaly correlation ID: ID\e[0;m
\e[32;1mFetching changes with git depth set to 20...\e[0;m
Initialized empty Git repository in FOLDER
\e[32;1mCreated fresh repository.\e[0;m
\e[32;1mChecking out COMMIT as detached HEAD (ref is main)...\e[0;m
\e[32;1mSkipping Git submodules setup\e[0;m

section_end:T:get_sources\r\e[0Ksection_start:T:step_script\r\e[0K\e[0K\e[36;1mExecuting "step_script" stage of the job script\e[0;m\e[0;m
\e[32;1m$ echo hello\e[0;m
hello

section_end:T:step_script\r\e[0Ksection_start:T:cleanup_file_variables\r\e[0K\e[0K\e[36;1mCleaning up project directory and file based variables\e[0;m\e[0;m

section_end:T:cleanup_file_variables\r\e[0K\e[32;1mJob succeeded\e[0;m
`;
