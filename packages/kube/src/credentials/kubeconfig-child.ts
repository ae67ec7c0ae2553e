import { createWriteStream } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { KubeconfigRequest } from './connection-facts.ts';
import type { ChildAnswer } from './kubeconfig-answer.ts';
import { KubeconfigFailure, readKubeconfig } from './read-kubeconfig.ts';
import { withoutSecrets } from './without-secrets.ts';

/* The program behind `resolveKubeconfig`; never imported. Question on standard input, answer on descriptor 3. */

const question = JSON.parse(await text(process.stdin)) as KubeconfigRequest;
const answer: ChildAnswer = await readKubeconfig(question).then(
  (facts) => ({ facts }),
  (error: unknown) => ({
    failure: {
      file: error instanceof KubeconfigFailure ? error.file : (question.file ?? 'default'),
      message: withoutSecrets(error instanceof Error ? error.message : String(error)),
      hint:
        error instanceof KubeconfigFailure
          ? error.hint
          : 'Check the file, the files it names and its credential plugin with kubectl.',
    },
  }),
);
const pipe = createWriteStream('', { fd: 3 });
pipe.end(JSON.stringify(answer));
