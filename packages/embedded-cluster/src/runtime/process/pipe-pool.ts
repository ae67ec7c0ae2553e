import { execFile } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { needTool, type HostTools } from './host-tools.ts';

/** One end of a pipe for us, the other for a child process. */
export interface Pipe {
  readonly ours: Socket;
  /** For `stdio` of spawn. */
  readonly childEnd: number;
  /** To be called after spawn, or nobody ever sees the end of the stream. */
  readonly closeChildEnd: () => void;
}

/** Makes real pipes. */
export interface PipePool {
  readonly open: (direction: 'from-child' | 'to-child') => Promise<Pipe>;
  readonly dispose: () => void;
}

const batch = 30;

/**
 * Node's own `pipe` is a socket pair, and a socket cannot be opened as `/dev/stdout`, which images do. So these are named
 * pipes, unlinked once open. They are made a batch at a time, because each batch costs a process.
 */
export function createPipePool(folder: string, tools: HostTools): PipePool {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const made: string[] = [];
  let count = 0;
  let making: Promise<void> | undefined;
  const make = async (): Promise<void> => {
    const paths = Array.from({ length: batch }, (_, index) => join(folder, String(count + index)));
    count += batch;
    // Every user of a container may open its own standard streams again; the folder keeps everyone else out.
    await promisify(execFile)(needTool(tools, 'mkfifo'), ['-m', '666', ...paths]);
    made.push(...paths);
  };
  const take = async (): Promise<string> => {
    for (let path = made.shift(); ; path = made.shift()) {
      if (path !== undefined) return path;
      making ??= make().finally(() => (making = undefined));
      await making;
    }
  };
  return {
    open: async (direction) => {
      const path = await take();
      const { O_RDWR, O_RDONLY, O_WRONLY, O_NONBLOCK } = constants;
      // With both ends held open, opening one end does not wait for the other.
      const both = openSync(path, O_RDWR);
      const fromChild = direction === 'from-child';
      const ours = openSync(path, (fromChild ? O_RDONLY : O_WRONLY) | O_NONBLOCK);
      const childEnd = openSync(path, fromChild ? O_WRONLY : O_RDONLY);
      closeSync(both);
      rmSync(path);
      const socket = new Socket({ fd: ours, readable: fromChild, writable: !fromChild });
      socket.on('error', () => undefined); // EPIPE: the child is gone, which its exit tells
      return { ours: socket, childEnd, closeChildEnd: () => closeSync(childEnd) };
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}
