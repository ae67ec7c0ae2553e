import { beforeAll, expect, it } from 'vitest';
import { until } from './bench.ts';
import { defineKubectlSuite, type KubectlSuite } from './define-kubectl-suite.ts';
import type { Kubectl } from './kubectl.ts';
import { configMap, pod } from './manifests.ts';
import { columnsOf, rowsOf } from './table.ts';

/** `kubectl describe` and `kubectl events`. */
export const describingSuite: KubectlSuite = defineKubectlSuite('describes', (bench) => {
  let kubectl: Kubectl;

  beforeAll(async () => {
    kubectl = await bench.sharedRoom();
    const { shell: image } = bench.cluster().images;
    const container = {
      env: [
        { name: 'GREETING', value: 'hello' },
        { name: 'WORD', valueFrom: { secretKeyRef: { name: 'words', key: 'word' } } },
      ],
      ports: [{ containerPort: 8080, name: 'web' }],
      resources: { requests: { cpu: '10m', memory: '8Mi' } },
    };
    await kubectl.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'words' },
      stringData: { word: 'magic' },
    });
    await kubectl.create(pod('subject', { image, labels: { app: 'subject' }, container }));
    await kubectl.read('wait', '--for=condition=Ready', 'pod/subject', '--timeout=90s');
  });

  it('a pod with its containers and what happened to it', async () => {
    const text = await kubectl.read('describe', 'pod', 'subject');
    const { shell: image } = bench.cluster().images;
    for (const line of [
      /^Name: +subject$/mu,
      new RegExp(`^Namespace: +${kubectl.namespace}$`, 'mu'),
      /^Service Account: +default$/mu,
      /^Labels: +app=subject$/mu,
      /^Status: +Running$/mu,
      /^ {2}main:$/mu,
      new RegExp(`^ {4}Image: +${image}$`, 'mu'),
      /^ {4}Port: +8080\/TCP \(web\)$/mu,
      /^ {4}State: +Running\n {6}Started: +\w{3}, \d{2} \w{3} \d{4}/mu,
      /^ {4}Ready: +True$/mu,
      /^ {4}Restart Count: +0$/mu,
      /^ {6}cpu: +10m\n {6}memory: +8Mi$/mu,
      /^ {6}GREETING: +hello\n {6}WORD: +<set to the key 'word' in secret 'words'> +Optional: false$/mu,
      /^ {2}Ready +True *$/mu,
      /^QoS Class: +Burstable$/mu,
    ])
      expect(text).toMatch(line);
    const events = text.slice(text.indexOf('\nEvents:'));
    expect(reasonsIn(events, /^ {2}Normal +(?<reason>\w+) /gmu)).toEqual(story);
    expect(events).toMatch(/Successfully assigned test-\w+\/subject to /u);
    expect(events).toMatch(/Started +\w+ +kubelet +spec\.containers\{main\}: Container started/u);
  });

  it('a pod that ended with its exit code', async () => {
    const { shell: image } = bench.cluster().images;
    await kubectl.create(
      pod('ended', { image, program: 'exit 7', spec: { restartPolicy: 'Never' } }),
    );
    await kubectl.read(
      'wait',
      '--for=jsonpath={.status.phase}=Failed',
      'pod/ended',
      '--timeout=90s',
    );
    expect(await kubectl.read('describe', 'pod', 'ended')).toMatch(
      /State: +Terminated\n {6}Reason: +Error\n {6}Exit Code: +7\n {6}Started: .*\n {6}Finished: /u,
    );
  });

  it('a pod that no node takes, and why', async () => {
    const { shell: image } = bench.cluster().images;
    await kubectl.create(pod('nowhere', { image, spec: { nodeSelector: { planet: 'mars' } } }));
    await kubectl.read(
      'wait',
      '--for=condition=PodScheduled=False',
      'pod/nowhere',
      '--timeout=60s',
    );
    const events = ['events', '--for=pod/nowhere', '--types=Warning'];
    await until(async () => (await kubectl.read(...events)).includes('FailedScheduling'));
    expect(await kubectl.read('describe', 'pod', 'nowhere')).toMatch(
      /^ {2}Warning +FailedScheduling +\S+ +default-scheduler +0\/1 nodes are available: 1 node\(s\) didn't match Pod's node affinity\/selector\./mu,
    );
  });

  it('a namespace with its quota and limits', async () => {
    const room = await bench.room();
    await room.create({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'few' },
      spec: { hard: { secrets: '5' } },
    });
    await room.read(
      'wait',
      '--for=jsonpath={.status.hard.secrets}=5',
      'quota/few',
      '--timeout=60s',
    );
    const text = await kubectl.read('describe', 'namespace', room.namespace);
    expect(text).toMatch(/^Status: +Active$/mu);
    expect(text).toMatch(
      /^Resource Quotas\n {2}Name: +few\n {2}Resource +Used +Hard\n {2}-+ +-+ +-+\n {2}secrets +0 +5$/mu,
    );
    expect(text).toContain('No LimitRange resource.');
  });

  it('a secret without telling it', async () => {
    const text = await kubectl.read('describe', 'secret', 'words');
    expect(text).toMatch(/^Type: +Opaque$/mu);
    expect(text).toMatch(/^word: +5 bytes$/mu);
    expect(text).not.toContain('magic');
  });

  it('a config map with its data', async () => {
    await kubectl.create(configMap('settings', { key: 'value' }));
    expect(await kubectl.read('describe', 'configmap', 'settings')).toMatch(
      /^key:\n----\nvalue\n/mu,
    );
  });

  it('a service with its address and ports', async () => {
    await kubectl.create({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'front' },
      spec: {
        selector: { app: 'subject' },
        ports: [{ name: 'web', port: 80, targetPort: 8080 }],
      },
    });
    const describe = (): Promise<string> => kubectl.read('describe', 'service', 'front');
    await until(async () => /^Endpoints: +\S*:8080$/mu.test(await describe()));
    const text = await describe();
    const address = await kubectl.read(
      'get',
      'service',
      'front',
      '-o',
      'jsonpath={.spec.clusterIP}',
    );
    for (const line of [
      /^Selector: +app=subject$/mu,
      /^Type: +ClusterIP$/mu,
      /^IP Family Policy: +SingleStack$/mu,
      new RegExp(`^IP: +${address.replaceAll('.', String.raw`\.`)}$`, 'mu'),
      /^Port: +web {2}80\/TCP$/mu,
      /^TargetPort: +8080\/TCP$/mu,
      /^Session Affinity: +None$/mu,
    ])
      expect(text).toMatch(line);
    const slices = await kubectl.read(
      'get',
      'endpointslices',
      '-l',
      'kubernetes.io/service-name=front',
    );
    expect(columnsOf(slices)).toEqual(['NAME', 'ADDRESSTYPE', 'PORTS', 'ENDPOINTS', 'AGE']);
    expect(rowsOf(slices)[0]?.slice(1, 3)).toEqual(['IPv4', '8080']);
  });

  it('a claim and who uses it', async () => {
    const { shell: image } = bench.cluster().images;
    await kubectl.create({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'disk' },
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
        storageClassName: 'absent',
      },
    });
    const volumes = [{ name: 'disk', persistentVolumeClaim: { claimName: 'disk' } }];
    await kubectl.create(pod('user', { image, spec: { volumes } }));
    const text = await kubectl.read('describe', 'pvc', 'disk');
    expect(text).toMatch(/^StorageClass: +absent\nStatus: +Pending$/mu);
    expect(text).toMatch(/^VolumeMode: +Filesystem$/mu);
    expect(text).toMatch(/^Used By: +user$/mu);
  });

  it('a node with its lease, addresses, machine and pods', async () => {
    const node = await kubectl.read('get', 'pod', 'subject', '-o', 'jsonpath={.spec.nodeName}');
    const text = await kubectl.read('describe', 'node', node);
    for (const line of [
      new RegExp(`^Name: +${node}$`, 'mu'),
      /^Labels: +.*kubernetes\.io\//mu,
      new RegExp(`kubernetes\\.io/hostname=${node}$`, 'mu'),
      /^Taints: +<none>\nUnschedulable: +false$/mu,
      new RegExp(`^ {2}HolderIdentity: +${node}$`, 'mu'),
      /^ {2}RenewTime: +\w{3}, \d{2} \w{3} \d{4}/mu,
      /^ {2}MemoryPressure +False +\w{3}, .* KubeletHasSufficientMemory +kubelet has sufficient memory available$/mu,
      /^ {2}DiskPressure +False .* KubeletHasNoDiskPressure +kubelet has no disk pressure$/mu,
      /^ {2}PIDPressure +False .* KubeletHasSufficientPID +kubelet has sufficient PID available$/mu,
      /^ {2}Ready +True .* KubeletReady +kubelet is posting ready status$/mu,
      /^ {2}InternalIP: +[\d.]+$/mu,
      new RegExp(`^ {2}Hostname: +${node}$`, 'mu'),
      /^ {2}Operating System: +linux$/mu,
      /^ {2}Architecture: +\w+$/mu,
      /^ {2}Kernel Version: +\d/mu,
      /^ {2}Container Runtime Version: +\w+:\/\//mu,
      /^ {2}Kubelet Version: +v1\.\d+\./mu,
      new RegExp(`^ {2}${kubectl.namespace} +subject +10m \\(\\d+%\\) +0 \\(0%\\) +8Mi`, 'mu'),
    ])
      expect(text).toMatch(line);
  });

  it('events by themselves', async () => {
    const text = await kubectl.read('events', '--for=pod/subject');
    expect(text).toMatch(/^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE$/mu);
    expect(reasonsIn(text, / Normal +(?<reason>\w+) +Pod\/subject /gu)).toEqual(story);
    expect(await kubectl.read('events', '--types=Warning', '--for=pod/subject')).not.toContain(
      'subject ',
    );
  });

  it('says what is not there', async () => {
    expect(await kubectl.refused('describe', 'pod', 'nobody')).toBe(
      'Error from server (NotFound): pods "nobody" not found\n',
    );
  });
});

/** What happens to every pod. Events of one second come in any order. */
const story = ['Created', 'Pulled', 'Scheduled', 'Started'];

const reasonsIn = (text: string, pattern: RegExp): readonly string[] =>
  [...text.matchAll(pattern)].map(({ groups }) => groups?.['reason'] ?? '').toSorted();
