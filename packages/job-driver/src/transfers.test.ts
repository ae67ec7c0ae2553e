import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocalPod, localShells, stage, type LocalPod } from './local-pod.test.helper.ts';
import { packSources, type SourceFile } from './pack-sources.ts';
import { unpackArtifacts } from './unpack-artifacts.ts';

const signal = new AbortController().signal;

describe.each(localShells)('under $label', (shell) => {
  let pod: LocalPod;
  let files: string;
  beforeEach(() => {
    pod = createLocalPod(shell);
    files = join(pod.directory, `it's a "$dir"`);
    pod.start('helper');
    pod.start('build');
  });
  afterEach(() => pod.stop());

  it('takes 20 MB of sources with odd names and modes, and tells how far it is', async () => {
    const session = await pod.connect();
    const big = Buffer.alloc(20 << 20, 'every byte counts, also \0 and \n and \r\n');
    const progress: number[] = [];
    await session.unpack(
      () =>
        packSources([file('big file', big), file('-x/q "\'$`\\ä', Buffer.from('run me'), 0o755)]),
      files,
      { signal, onProgress: (bytes) => progress.push(bytes) },
    );
    expect(readFileSync(join(files, 'big file')).equals(big)).toBe(true);
    expect(statSync(join(files, '-x/q "\'$`\\ä')).mode & 0o777).toBe(0o755);
    expect(statSync(join(files, 'big file')).mtimeMs).toBe(Date.UTC(2025, 0, 31));
    expect(progress.at(-1)).toBeGreaterThan(big.length);
    const next = stage('echo ready');
    expect(await session.runStage(next)).toMatchObject({ exitCode: 0 });
  });

  it('sends the sources again when the connection is cut on the way', async () => {
    const session = await pod.connect();
    let opened = 0;
    const pieces = Array.from({ length: 48 }, () => Buffer.alloc(1 << 16, 'x'));
    const large = { path: 'a', mode: 0o644, size: 3 << 20, content: pieces };
    const open = async function* (): AsyncIterable<Uint8Array> {
      opened += 1;
      let count = 0;
      for await (const bytes of packSources([large])) {
        yield bytes;
        count += 1;
        if (opened === 1 && count === 10) pod.cut();
      }
    };
    await session.unpack(open, files, { signal });
    expect(opened).toBe(2);
    expect(statSync(join(files, 'a')).size).toBe(3 << 20);
  });

  it("says in the pod's own words why sources cannot be unpacked, and goes on", async () => {
    const session = await pod.connect();
    const noTar = async function* (): AsyncIterable<Uint8Array> {
      yield Buffer.alloc(300_000, 'this is no tar');
    };
    await expect(session.unpack(noTar, files, { signal })).rejects.toMatchObject({
      code: 'MILLRACE_E_POD_REQUEST',
      message: expect.stringContaining('tar'),
    });
    expect(await session.runStage(stage('exit 4'))).toMatchObject({ exitCode: 4 });
  });

  it('hands over an error of the source', async () => {
    const session = await pod.connect();
    const broken = async function* (): AsyncIterable<Uint8Array> {
      yield Buffer.alloc(1000);
      throw new Error('cannot read a.txt');
    };
    await expect(session.unpack(broken, files, { signal })).rejects.toThrow('cannot read a.txt');
    expect(await session.runStage(stage('exit 4'))).toMatchObject({ exitCode: 4 });
  });

  it('brings out what the patterns match, between stages that go on writing', async () => {
    mkdirSync(join(files, 'deep/er [x]/deepest'), { recursive: true });
    const contents: Record<string, string> = {
      'top.txt': 'top',
      'deep/one.txt': '1',
      'deep/er [x]/two.txt': '2',
      'deep/er [x]/deepest/three.txt': '3',
      'deep/er [x]/deepest/other.log': 'no',
      '-dash "q" \'s\'.bin': 'dash',
      'deep/back\\nslash.txt': 'back',
    };
    for (const [path, content] of Object.entries(contents))
      writeFileSync(join(files, path), content);
    const session = await pod.connect();
    await session.runStage(stage('( while :; do echo noise; sleep 0.01; done ) & echo first'));
    const outside = ['/etc/passwd', '../*', 'deep/../../*'];
    const packed = await session.pack(
      files,
      ['**/*.txt', '-dash*', `${files}/top.txt`, 'missing/*', 'none', ...outside],
      { signal },
    );
    expect(packed.unmatched).toEqual(['missing/*', 'none', ...outside]);
    const out = join(pod.directory, 'out');
    const { paths } = await unpackArtifacts(packed.stream, out, { signal });
    const wanted = Object.keys(contents).filter((path) => !path.endsWith('.log'));
    expect([...new Set(paths)].toSorted()).toEqual(wanted.toSorted());
    for (const path of wanted) expect(readFileSync(join(out, path), 'utf8')).toBe(contents[path]);
    const next = stage('echo second', { attempt: 2 });
    expect(await session.runStage(next)).toMatchObject({ exitCode: 0 });
    expect(next.output().replaceAll('noise\n', '')).toBe('second\n');
  });

  it('takes a packed blob up again where a cut connection left it', async () => {
    mkdirSync(files);
    const random = execFileSync('head', ['-c', '5000000', '/dev/urandom'], { maxBuffer: 6e6 });
    writeFileSync(join(files, 'random'), random);
    const session = await pod.connect();
    const packed = await session.pack(files, ['.'], { signal });
    let cuts = 0;
    let seen = 0;
    const cutting = async function* (): AsyncIterable<Uint8Array> {
      for await (const bytes of packed.stream) {
        yield bytes;
        seen += bytes.length;
        if (seen > cuts * 1_000_000 && cuts < 4) {
          cuts += 1;
          pod.cut();
        }
      }
    };
    const out = join(pod.directory, 'out');
    await unpackArtifacts(cutting(), out, { signal });
    expect(cuts).toBe(4);
    expect(readFileSync(join(out, 'random')).equals(random)).toBe(true);
  });

  it.each([
    ['while they are packed', false],
    ['when nobody reads them', true],
  ])('lets the next stage run when files are not wanted any more: %s', async (_when, isPacked) => {
    mkdirSync(files);
    writeFileSync(join(files, 'big'), Buffer.alloc(10_000_000));
    const session = await pod.connect();
    const stop = new AbortController();
    const packing = session.pack(files, ['*'], stop);
    if (isPacked) await packing;
    stop.abort(new Error('enough'));
    if (!isPacked) await expect(packing).rejects.toThrow('enough');
    const next = stage('echo next');
    expect(await session.runStage(next)).toMatchObject({ exitCode: 0 });
    expect(next.output()).toBe('next\n');
  });

  it('packs nothing into nothing, and fails by name for a directory that is not there', async () => {
    mkdirSync(files);
    const session = await pod.connect();
    const packed = await session.pack(files, ['*.xml'], { signal });
    expect(packed).toMatchObject({ size: 0, unmatched: ['*.xml'] });
    for await (const bytes of packed.stream) expect(bytes).toBe('nothing');
    await expect(session.pack('/no/such', ['*'], { signal })).rejects.toMatchObject({
      message: expect.stringContaining('/no/such'),
    });
  });
});

it('brings out more files than a command takes arguments', async () => {
  const [shell] = localShells;
  if (shell === undefined) throw new Error('no shell');
  const pod = createLocalPod(shell);
  try {
    pod.start('helper');
    const files = join(pod.directory, 'files');
    mkdirSync(files);
    for (let n = 0; n < 9000; n += 1) writeFileSync(join(files, `${n}${'x'.repeat(240)}`), '');
    const session = await pod.connect();
    const packed = await session.pack(files, ['*'], { signal });
    expect(packed.size).toBeGreaterThan(9000 * 512);
    for await (const bytes of packed.stream) expect(bytes.length).toBeGreaterThan(0);
  } finally {
    await pod.stop();
  }
});

function file(path: string, content: Uint8Array, mode = 0o644): SourceFile {
  return {
    path,
    mode,
    mtime: new Date(Date.UTC(2025, 0, 31)),
    size: content.length,
    content: [content],
  };
}
