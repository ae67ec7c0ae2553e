import type { JsonObject } from '@millrace/core';
import { asks, asksAfter, patch, post, remove, type Case, type Topic } from '../case.ts';
import type { Conversation } from '../frames.ts';
import type { Answer, Side } from '../side.ts';
import { groupObject, idlePod, object, policy } from './objects.ts';

const v5 = ['v5.channel.k8s.io'];
const v4 = ['v4.channel.k8s.io'];

/** A pod of containers that run a shell script each. */
const shellPod = (
  side: Side,
  name: string,
  scripts: Readonly<Record<string, string>>,
  spec: JsonObject = {},
  mounts: readonly JsonObject[] = [],
): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { name } },
  spec: {
    terminationGracePeriodSeconds: 1,
    automountServiceAccountToken: false,
    restartPolicy: 'Never',
    containers: Object.entries(scripts).map(([container, script]) => ({
      name: container,
      image: side.handle.images.shell,
      imagePullPolicy: 'IfNotPresent',
      command: ['sh', '-c', script],
      volumeMounts: mounts,
    })),
    ...spec,
  },
});

const stay = 'sleep 600 & wait';
const status = ({ body }: Answer): JsonObject =>
  ((body as JsonObject)['status'] ?? {}) as JsonObject;
const said =
  (text: string) =>
  (answer: Answer): boolean =>
    JSON.stringify(answer.body).includes(text);
const phase =
  (wished: string) =>
  (answer: Answer): boolean =>
    status(answer)['phase'] === wished;

/** An exec into the pod that runs, as a client of a protocol has it. */
const exec = (says: string, query: string, conversation: Conversation, pod = 'alive'): Case => ({
  says,
  run: async (side) => void (await side.talk(`pods/${pod}/exec?${query}`, conversation)),
});

const command = (...words: readonly string[]): string =>
  words.map((word) => `command=${encodeURIComponent(word)}`).join('&');
const both = 'container=main&stdout=1&stderr=1';
const script = (text: string): string => command('sh', '-c', text);

const evict = (name: string, fields: JsonObject = {}) =>
  post(`pods/${name}/eviction`, groupObject('policy/v1', 'Eviction', name, fields));

export const running: Topic = {
  name: 'pods that run',
  before: async (side) => {
    const mountPath = `${side.handle.mountPrefix ?? ''}/state`;
    const again = `if [ -e ${mountPath}/been ]; then echo second; ${stay}; fi; touch ${mountPath}/been; echo first; exit 1`;
    const pods = [
      shellPod(side, 'alive', {
        main: `echo one; echo two; echo three; ${stay}`,
        other: `echo other; ${stay}`,
      }),
      shellPod(side, 'single', { only: `echo single; ${stay}` }),
      shellPod(side, 'done', { main: 'echo before the end; exit 3' }),
      shellPod(
        side,
        'again',
        { main: again },
        { restartPolicy: 'OnFailure', volumes: [{ name: 'state', emptyDir: {} }] },
        [{ name: 'state', mountPath }],
      ),
      idlePod('idle'),
      idlePod('no-image', {
        nodeSelector: {},
        containers: [{ name: 'main', image: 'example.org/not/there:1', imagePullPolicy: 'Never' }],
      }),
    ];
    for (const pod of pods) await side.prepare(post('pods', pod));
    await side.until({ path: 'pods/alive' }, phase('Running'));
    await side.until({ path: 'pods/single' }, phase('Running'));
    await side.until({ path: 'pods/done' }, phase('Failed'));
    await side.until({ path: 'pods/again/log' }, said('second'));
    await side.until({ path: 'pods/alive/log?container=main' }, said('three'));
    await side.until({ path: 'pods/single/log' }, said('single'));
    await side.until({ path: 'pods/no-image' }, said('ErrImageNeverPull'));
    await side.until({ path: 'pods/idle' }, said('PodScheduled'));
  },
  cases: [
    exec(
      'exec tells output, errors and a bad exit over v5',
      `${both}&${script('echo out; echo err >&2; exit 3')}`,
      { protocols: v5 },
    ),
    exec(
      'exec tells output, errors and a bad exit over v4',
      `${both}&${script('echo out; echo err >&2; exit 3')}`,
      { protocols: v4 },
    ),
    exec('exec tells of a good end', `${both}&${command('true')}`, { protocols: v5 }),
    exec('exec tells of an end by a signal', `${both}&${script('kill -9 $$')}`, { protocols: v5 }),
    exec('exec with the end of the input', `${both}&stdin=1&${command('cat')}`, {
      protocols: v5,
      send: [
        [0, 'hello '],
        [0, 'there'],
        [255, '\u0000'],
      ],
    }),
    exec('exec with an input that is not ended', `${both}&stdin=1&${command('head', '-c', '5')}`, {
      protocols: v4,
      send: [[0, 'hello']],
    }),
    exec(
      'exec with a terminal',
      `container=main&stdin=1&stdout=1&tty=1&${script('test -t 0 && test -t 1 && echo terminal')}`,
      { protocols: v5 },
    ),
    exec(
      'exec without errors asked for',
      `container=main&stdout=1&${script('echo out; echo err >&2')}`,
      { protocols: v5 },
    ),
    exec('exec prefers the first protocol it knows', `${both}&${command('true')}`, {
      protocols: ['v9.channel.k8s.io', ...v4, ...v5],
    }),
    exec('exec of a protocol that is not known', `${both}&${command('true')}`, {
      protocols: ['v9.channel.k8s.io'],
    }),
    exec('exec of a program that is not there', `${both}&${command('/no/such/program')}`, {
      protocols: v5,
    }),
    exec(
      'exec into a container that is not there',
      `container=missing&stdout=1&${command('true')}`,
      { protocols: v5 },
    ),
    exec('exec without a container where there are two', `stdout=1&${command('true')}`, {
      protocols: v5,
    }),
    exec(
      'exec without a container where there is one',
      `stdout=1&${command('echo', 'x')}`,
      { protocols: v5 },
      'single',
    ),
    exec('exec without a command', 'container=main&stdout=1', { protocols: v5 }),
    exec('exec without any stream', `container=main&${command('true')}`, { protocols: v5 }),
    exec('exec with a bad parameter', `container=main&stdout=maybe&${command('true')}`, {
      protocols: v5,
    }),
    exec(
      'exec into a pod that is not there',
      `container=main&stdout=1&${command('true')}`,
      { protocols: v5 },
      'missing',
    ),
    exec(
      'exec into a pod that has ended',
      `container=main&stdout=1&${command('true')}`,
      { protocols: v5 },
      'done',
    ),
    exec(
      'exec into a pod that no node has',
      `container=main&stdout=1&${command('true')}`,
      { protocols: v5 },
      'idle',
    ),
    exec(
      'exec into a container that waits',
      `container=main&stdout=1&${command('true')}`,
      { protocols: v5 },
      'no-image',
    ),
    asks(
      'exec without an upgrade',
      { path: `pods/alive/exec?${both}&${command('true')}` },
      { method: 'POST', path: `pods/alive/exec?${both}&${command('true')}` },
    ),
    asks(
      'logs of a container',
      { path: 'pods/alive/log?container=main' },
      { path: 'pods/single/log' },
      { path: 'pods/done/log' },
    ),
    asks(
      'the last lines of logs',
      { path: 'pods/alive/log?container=main&tailLines=2' },
      { path: 'pods/alive/log?container=main&tailLines=0' },
      { path: 'pods/alive/log?container=main&tailLines=99' },
    ),
    asks(
      'the first bytes of logs',
      { path: 'pods/alive/log?container=main&limitBytes=5' },
      { path: 'pods/alive/log?container=main&limitBytes=5&tailLines=1' },
    ),
    asks(
      'logs since a time',
      { path: 'pods/alive/log?container=main&sinceSeconds=3600' },
      { path: 'pods/alive/log?container=main&sinceTime=2001-01-01T00:00:00Z' },
      { path: 'pods/alive/log?container=main&sinceTime=2101-01-01T00:00:00Z' },
    ),
    asks(
      'logs with times',
      { path: 'pods/alive/log?container=main&timestamps=true' },
      { path: 'pods/alive/log?container=main&timestamps=1&tailLines=1' },
    ),
    asks(
      'logs of the container before',
      { path: 'pods/again/log?previous=true' },
      { path: 'pods/again/log' },
      { path: 'pods/single/log?previous=true' },
    ),
    asks(
      'logs of no container where there are two',
      { path: 'pods/alive/log' },
      { path: 'pods/alive/log?container=missing' },
    ),
    asks('logs of what is not there', { path: 'pods/missing/log' }),
    asks(
      'logs of a pod that waits',
      { path: 'pods/idle/log' },
      { path: 'pods/no-image/log' },
      { path: 'pods/idle/log?previous=true' },
    ),
    asks(
      'bad parameters of logs',
      { path: 'pods/single/log?tailLines=x' },
      { path: 'pods/single/log?tailLines=-1' },
      { path: 'pods/single/log?limitBytes=0' },
      { path: 'pods/single/log?sinceSeconds=0' },
      { path: 'pods/single/log?sinceTime=x' },
      { path: 'pods/single/log?sinceSeconds=5&sinceTime=2001-01-01T00:00:00Z' },
      { path: 'pods/done/log?follow=maybe' },
      { path: 'pods/single/log?stream=Stdout' },
      { path: 'pods/single/log?stream=X' },
    ),
    asks(
      'logs in a form that cannot be had',
      { path: 'pods/single/log', headers: { accept: 'text/plain' } },
      { path: 'pods/single/log', headers: { accept: 'image/png' } },
    ),
    asks('a pod that has ended', { path: 'pods/done' }),
    asks('a pod that runs', { path: 'pods/single' }),
    asks('a pod that started again', { path: 'pods/again' }),
    asks('a pod whose image is missing', { path: 'pods/no-image' }),
    asks('a table of pods in every state', {
      path: 'pods',
      headers: { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' },
    }),
    asks('eviction of what is not there', evict('missing')),
    asks(
      'a bad eviction',
      post('pods/single/eviction', {}),
      post('pods/single/eviction', groupObject('policy/v1', 'Eviction', 'other')),
      post('pods/single/eviction', object('Pod', 'single')),
    ),
    asks('a dry run of an eviction', evict('single', { deleteOptions: { dryRun: ['All'] } })),
    {
      says: 'eviction against a budget',
      run: async (side) => {
        await side.prepare(
          post(
            `${policy}/poddisruptionbudgets`,
            groupObject('policy/v1', 'PodDisruptionBudget', 'single', {
              spec: { minAvailable: 1, selector: { matchLabels: { name: 'single' } } },
            }),
          ),
        );
        await side.until(
          { path: `${policy}/poddisruptionbudgets/single` },
          (answer) => status(answer)['currentHealthy'] === 1,
        );
        await side.ask({ path: `${policy}/poddisruptionbudgets/single` });
        await side.ask({
          path: `${policy}/poddisruptionbudgets`,
          headers: { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' },
        });
        await side.ask(evict('single'));
        await side.prepare(remove(`${policy}/poddisruptionbudgets/single`));
      },
    },
    {
      says: 'deletion of a pod that runs',
      run: async (side) => {
        await side.ask(remove('pods/single', { gracePeriodSeconds: 5, dryRun: ['All'] }));
        await side.ask(remove('pods/single', { gracePeriodSeconds: 5 }));
        await side.until({ path: 'pods/single' }, ({ status: code }) => code === 404);
      },
    },
    {
      says: 'eviction without a budget',
      run: async (side) => {
        await side.ask(evict('done'));
        await side.until({ path: 'pods/done' }, ({ status: code }) => code === 404);
      },
    },
    asksAfter(
      'deletion of a pod at once',
      [post('pods', idlePod('at-once'))],
      remove('pods/at-once', { gracePeriodSeconds: 0 }),
      { path: 'pods/at-once' },
    ),
    {
      says: 'binding of a pod to a node',
      run: async (side) => {
        const nodes = (await side.prepare({ path: '/api/v1/nodes' })).body as JsonObject;
        const [node] = nodes['items'] as readonly JsonObject[];
        const name = (node?.['metadata'] as JsonObject | undefined)?.['name'] ?? '';
        const bind = (target: JsonObject) =>
          post('pods/bound/binding', object('Binding', 'bound', { target }));
        await side.prepare(
          post(
            'pods',
            idlePod('bound', {
              schedulerName: 'nobody',
              containers: [
                { name: 'main', image: 'example.org/not/there:1', imagePullPolicy: 'Never' },
              ],
            }),
          ),
        );
        await side.ask(
          post(
            'pods/missing/binding',
            object('Binding', 'missing', { target: { kind: 'Node', name } }),
          ),
        );
        await side.ask(bind({}));
        await side.ask(bind({ kind: 'Pod', name }));
        await side.ask(bind({ kind: 'Node', name }));
        await side.ask(bind({ kind: 'Node', name: 'other' }));
        await side.prepare(remove('pods/bound', { gracePeriodSeconds: 0 }));
      },
    },
    {
      says: 'why a pod finds no node',
      run: async (side) => {
        const pods = {
          'no-claim': {
            nodeSelector: null,
            volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'missing' } }],
          },
          'no-room': {
            nodeSelector: null,
            containers: [
              {
                name: 'main',
                image: 'example.org/nothing:1',
                resources: { requests: { cpu: '5000' } },
              },
            ],
          },
        };
        for (const [name, spec] of Object.entries(pods)) {
          await side.prepare(post('pods', idlePod(name, spec)));
          const { body } = await side.until({ path: `pods/${name}` }, said('PodScheduled'));
          side.note(body);
          await side.prepare(remove(`pods/${name}`, { gracePeriodSeconds: 0 }));
        }
      },
    },
    {
      says: 'status of a pod that runs is patched by hand',
      run: async (side) => {
        await side.ask(
          patch('merge', 'pods/idle/status', {
            status: { phase: 'Failed', reason: 'Evicted', message: 'by hand' },
          }),
        );
        await side.ask({ path: 'pods/idle/log' });
      },
    },
  ],
};
