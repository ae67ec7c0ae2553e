import { isClosedPipe } from './closed-pipe.ts';

/**
 * Writes and waits until the reader has taken it, so that a slow terminal holds back what is shown. A reader that is gone
 * (`| head`) is no failure, any other trouble with the output is.
 */
export const writeOut = (stream: NodeJS.WritableStream, text: string | Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    if (text.length === 0) resolve();
    else
      stream.write(text, (error) =>
        error === undefined || error === null || isClosedPipe(error) ? resolve() : reject(error),
      );
  });
