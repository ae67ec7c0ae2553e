import { EventEmitter } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { carry } from './exec-channels.ts';
import { fakeProcess } from './fixture.test.helpers.ts';

/** A socket whose client takes nothing until it is told to. */
class SlowSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  isPaused = false;
  readonly sent: { readonly frame: Uint8Array; readonly taken: () => void }[] = [];
  send(frame: Uint8Array, _options: unknown, taken: () => void): void {
    this.bufferedAmount += frame.length;
    this.sent.push({ frame, taken });
  }
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
  close(): void {
    this.readyState = 3;
    this.emit('close');
  }
  take(): void {
    this.bufferedAmount = 0;
    for (const { taken } of this.sent.splice(0)) taken();
  }
}

const options = { stdin: true, stdout: true, stderr: true, tty: false };
const megabyte = 1024 * 1024;
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await setImmediate();
};

it('leaves output unread while the client does not take what was sent', async () => {
  const socket = new SlowSocket();
  const process = fakeProcess(100);
  void carry(socket as unknown as WebSocket, 'v5.channel.k8s.io', process, options);
  for (let index = 0; index < 4; index += 1) void process.out.push(Buffer.alloc(megabyte));
  await settled();
  expect(socket.sent.length).toBe(1);
  socket.take();
  await settled();
  expect(socket.sent.length).toBe(1);
});

it('does not read the socket while the process does not take its input', async () => {
  const socket = new SlowSocket();
  let take = (): void => {};
  const process = {
    ...fakeProcess(),
    write: (): Promise<void> => new Promise((resolve) => void (take = resolve)),
  };
  void carry(socket as unknown as WebSocket, 'v5.channel.k8s.io', process, options);
  socket.emit('message', Buffer.alloc(megabyte + 2));
  await settled();
  expect(socket.isPaused).toBe(true);
  take();
  await settled();
  expect(socket.isPaused).toBe(false);
});

it('reports a process that is lost as an error, never as an exit', async () => {
  const socket = new SlowSocket();
  const process = fakeProcess();
  const carried = carry(socket as unknown as WebSocket, 'v5.channel.k8s.io', process, options);
  process.out.end();
  process.err.end();
  process.ended.reject(new Error('the node is gone'));
  await settled();
  const { frame } = socket.sent[0] ?? { frame: new Uint8Array() };
  expect(JSON.parse(Buffer.from(frame.subarray(1)).toString())).toMatchObject({
    status: 'Failure',
    reason: 'InternalError',
    message: 'the node is gone',
  });
  socket.take();
  await carried;
});
