// Runs a command with this checkout's dependencies and pinned Node: `node tools/repo/run.mjs COMMAND [ARG…]`.
// The Node that starts this file may be older than the one the sources need, so it uses nothing newer than Node 20.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const modules = join(root, 'node_modules');
const stamp = join(modules, '.installed-lock');
const lock = join(root, '.cache', 'install.lock');
const windows = process.platform === 'win32';

const fail = (sentence) => {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
};

const lockHash = () =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');
const installed = () => read(stamp) === lockHash();

/** Runs a child to its end, passing on the signals that a terminal does not deliver to it by itself. */
function run(command, args, options, started = () => {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, options);
    if (child.pid !== undefined) started(child.pid);
    const forward = (signal) => child.kill(signal);
    const ignore = () => {};
    process.on('SIGTERM', forward).on('SIGHUP', forward).on('SIGINT', ignore);
    const done = () => process.off('SIGTERM', forward).off('SIGHUP', forward).off('SIGINT', ignore);
    child.once('error', (error) => {
      done();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      done();
      resolve(signal === null ? code : 128 + constants.signals[signal]);
    });
  });
}

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

/** An installer outlives a wrapper that is killed, so the lock names both; it is free when neither is alive. */
const isHeld = (owner) => owner.split(' ').some((pid) => isAlive(Number(pid)));

function addOwner(pid) {
  const next = `${lock}.${process.pid}`;
  writeFileSync(next, `${process.pid} ${pid}`);
  renameSync(next, lock);
}

/** Waits until this process owns the installer's lock. The lock file appears with its content, by a link. */
async function acquire() {
  mkdirSync(dirname(lock), { recursive: true });
  const mine = `${lock}.${process.pid}`;
  for (let told = false; ;) {
    writeFileSync(mine, String(process.pid));
    try {
      linkSync(mine, lock);
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    } finally {
      rmSync(mine, { force: true });
    }
    const owner = read(lock);
    if (owner !== '' && !isHeld(owner)) {
      takeAway(owner);
      continue;
    }
    if (!told)
      process.stderr.write(`waiting for process ${owner}, which is installing (${lock})\n`);
    told = true;
    await sleep(200);
  }
}

/** Removes the lock of a dead owner; a lock that changed hands meanwhile is put back. */
function takeAway(owner) {
  const taken = `${lock}.${process.pid}.stale`;
  try {
    renameSync(lock, taken);
    if (readFileSync(taken, 'utf8') !== owner) linkSync(taken, lock);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  } finally {
    rmSync(taken, { force: true });
  }
}

async function install() {
  await acquire();
  try {
    if (installed()) return;
    process.stderr.write('installing dependencies (npm ci)…\n');
    rmSync(stamp, { force: true });
    const hash = lockHash();
    const flags = ['--ignore-scripts', '--include=dev', '--include=optional'];
    const quiet = ['--engine-strict=false', '--no-audit', '--no-fund', '--loglevel=error'];
    // File descriptor 2 twice: what the installer says must not mix with the command's own output.
    const options = { cwd: root, stdio: ['ignore', 2, 2], shell: windows };
    const code = await run('npm', ['ci', ...flags, ...quiet], options, addOwner);
    if (code !== 0) {
      process.exitCode = code;
      throw new Error(`npm ci ended with ${code}; nothing was run`);
    }
    writeFileSync(stamp, hash);
  } finally {
    rmSync(lock, { force: true });
  }
}

const [command, ...args] = process.argv.slice(2);
if (command === undefined) fail('usage: node tools/repo/run.mjs COMMAND [ARG…]');
if (!installed()) {
  try {
    await install();
  } catch (error) {
    process.stderr.write(`Dependencies could not be installed: ${error.message}\n`);
    process.exit(process.exitCode || 1);
  }
}

const pathKey = Object.keys(process.env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
const env = {
  ...process.env,
  [pathKey]: [join(modules, '.bin'), process.env[pathKey]].filter(Boolean).join(delimiter),
};
const shell = { env, shell: windows };

const probe = spawnSync('node', ['-p', 'process.versions.node'], { ...shell, encoding: 'utf8' });
const version = (probe.stdout ?? '').trim();
const [major = 0, minor = 0] = version.split('.').map(Number);
if (!(major > 22 || (major === 22 && minor >= 19))) {
  fail(
    `millrace needs Node 22.19 or newer, but "node" here is ${version || 'not runnable'} ` +
      `and no pinned Node is published for ${process.platform}-${process.arch}: install Node 24 and try again.`,
  );
}

try {
  process.exitCode = await run(command, args, { ...shell, stdio: 'inherit' });
} catch (error) {
  process.stderr.write(`${command} could not be started: ${error.message}\n`);
  process.exitCode = error.code === 'ENOENT' ? 127 : 126;
}
