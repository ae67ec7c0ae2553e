// Measures the job log: MB of raw log per second, and CPU seconds per GB (10^9 bytes); of several rounds the best, because
// other processes can only make it slower.
//   node --conditions=@millrace/source packages/logstream/bench/throughput.mjs [rounds]
import process from 'node:process';
import {
  createJobLog,
  gitlabLogLimit,
  gitlabSecretParameters,
  gitlabTokenPrefixes,
} from '@millrace/logstream';
import { createNumbers, logChunks, secretValues } from './log-text.mjs';

const rounds = Number(process.argv[2] ?? 15);
const chunkSize = 65_536;
/** Chunks of a round: 33 MB. */
const count = 500;

function measure({ lengths, secretEvery, timestamps }) {
  const random = createNumbers(1);
  const secrets = secretValues(40, lengths, random);
  const chunks = logChunks({ chunks: 32, chunkSize, secrets, secretEvery, random });
  const log = createJobLog({
    secrets,
    parameters: gitlabSecretParameters,
    tokenPrefixes: gitlabTokenPrefixes(true),
    repairCharacters: true,
    timestamps: timestamps ? { now: () => performance.timeOrigin + performance.now() } : undefined,
    limit: { ...gitlabLogLimit(), bytes: Infinity },
  });
  let written = 0;
  const pass = () => {
    for (let at = 0; at < count; at++)
      written += log.write('01O', chunks[at % chunks.length]).length;
  };
  pass();
  let [seconds, cpuSeconds] = [Infinity, Infinity];
  for (let round = 0; round < rounds; round++) {
    const cpuBefore = process.cpuUsage();
    const before = performance.now();
    pass();
    const cpu = process.cpuUsage(cpuBefore);
    seconds = Math.min(seconds, (performance.now() - before) / 1000);
    cpuSeconds = Math.min(cpuSeconds, (cpu.user + cpu.system) / 1e6);
  }
  const bytes = count * chunkSize;
  return {
    'secrets of bytes': lengths.join('–'),
    'lines with one': secretEvery === 0 ? 'none' : `1 in ${secretEvery}`,
    timestamps,
    'MB/s': Math.round(bytes / 1e6 / seconds),
    'CPU s/GB': Number(((cpuSeconds / bytes) * 1e9).toFixed(2)),
  };
}

const rows = [];
for (const timestamps of [false, true])
  for (const lengths of [
    [8, 16],
    [20, 40],
  ])
    for (const secretEvery of [0, 10]) rows.push(measure({ lengths, secretEvery, timestamps }));
console.table(rows);
