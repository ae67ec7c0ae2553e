import { beforeAll, expect, it } from 'vitest';
import { defineKubectlSuite, type KubectlSuite } from './define-kubectl-suite.ts';
import type { Kubectl } from './kubectl.ts';
import { configMap, pod } from './manifests.ts';
import { columnsOf, rowsOf } from './table.ts';

/** `kubectl get` in its forms. */
export const gettingSuite: KubectlSuite = defineKubectlSuite('gets objects', (bench) => {
  let kubectl: Kubectl;

  beforeAll(async () => {
    kubectl = await bench.sharedRoom();
    const { shell: image } = bench.cluster().images;
    await kubectl.create(pod('front', { image, labels: { app: 'web', tier: 'front' } }));
    await kubectl.create(pod('back', { image, labels: { app: 'web', tier: 'back' } }));
    await kubectl.create(
      pod('done', { image, program: 'exit 0', spec: { restartPolicy: 'Never' } }),
    );
    for (const [name, size] of Object.entries({ c: '1', a: '3', b: '2' }))
      await kubectl.create(configMap(`map-${name}`, { size }, { labels: { size } }));
    await kubectl.read('wait', '--for=condition=Ready', 'pod/front', 'pod/back', '--timeout=90s');
    await kubectl.read(
      'wait',
      '--for=jsonpath={.status.phase}=Succeeded',
      'pod/done',
      '--timeout=90s',
    );
  });

  it('as a table with the columns of their kind', async () => {
    const table = await kubectl.read('get', 'pods');
    expect(columnsOf(table)).toEqual(['NAME', 'READY', 'STATUS', 'RESTARTS', 'AGE']);
    expect(
      rowsOf(table).map(([name, ready, status, restarts]) => [name, ready, status, restarts]),
    ).toEqual([
      ['back', '1/1', 'Running', '0'],
      ['done', '0/1', 'Completed', '0'],
      ['front', '1/1', 'Running', '0'],
    ]);
    expect(rowsOf(table)[0]?.[4]).toMatch(/^\d+[sm]/u);
  });

  it('as a wide table with address and node', async () => {
    const table = await kubectl.read('get', 'pod', 'front', '-o', 'wide');
    expect(columnsOf(table).slice(5)).toEqual(['IP', 'NODE', 'NOMINATED NODE', 'READINESS GATES']);
    const node = await kubectl.read('get', 'pod', 'front', '-o', 'jsonpath={.spec.nodeName}');
    expect(rowsOf(table)[0]?.slice(6)).toEqual([node, '<none>', '<none>']);
    expect(rowsOf(table)[0]?.[5]).toMatch(/^[\d.:a-f]+$/u);
  });

  it('as YAML, without what the server keeps about managers', async () => {
    const yaml = await kubectl.read('get', 'configmap', 'map-a', '-o', 'yaml');
    expect(yaml).toMatch(
      /^apiVersion: v1\ndata:\n {2}size: "3"\nkind: ConfigMap\nmetadata:\n {2}creationTimestamp: "/u,
    );
    expect(yaml).toContain(`  namespace: ${kubectl.namespace}\n`);
    expect(yaml).not.toContain('managedFields');
  });

  it('as JSON: one object, or a list', async () => {
    const one = JSON.parse(await kubectl.read('get', 'cm', 'map-b', '-o', 'json')) as object;
    expect(one).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { size: '2' } });
    const list = JSON.parse(await kubectl.read('get', 'cm', '-l', 'size', '-o', 'json')) as object;
    expect(list).toMatchObject({
      kind: 'List',
      items: [{ kind: 'ConfigMap', metadata: { name: 'map-a' } }, {}, {}],
    });
  });

  it('as names', async () => {
    expect(await kubectl.read('get', 'pods', '-o', 'name')).toBe('pod/back\npod/done\npod/front\n');
    expect(await kubectl.read('get', 'po/front', 'cm/map-c', '-o', 'name')).toBe(
      'pod/front\nconfigmap/map-c\n',
    );
  });

  it('several kinds in one table each, with the kind before the name', async () => {
    const text = await kubectl.read('get', 'pods,configmaps', '-l', 'app=web', '--no-headers');
    expect(rowsOf(`\n${text}`).map(([name]) => name)).toEqual(['pod/back', 'pod/front']);
    expect(await kubectl.read('get', 'all', '-o', 'name')).toContain('pod/front\n');
  });

  it.each([
    ['equality', 'app=web,tier!=back', ['front']],
    ['a set', 'tier in (front, back)', ['back', 'front']],
    ['an excluded set', 'app,tier notin (front)', ['back']],
    ['absence', '!app', ['done']],
    ['nothing that is there', 'app=other', []],
  ])('chosen by label: %s', async (_what, selector, names) => {
    expect(namesIn(await kubectl.read('get', 'pods', '-l', selector, '-o', 'name'))).toEqual(names);
  });

  it.each([
    ['phase', 'status.phase=Running', ['back', 'front']],
    ['phase, negated', 'status.phase!=Running', ['done']],
    ['name', 'metadata.name=front', ['front']],
    ['policy and phase', 'spec.restartPolicy=Never,status.phase==Succeeded', ['done']],
  ])('chosen by field: %s', async (_what, selector, names) => {
    const found = await kubectl.read('get', 'pods', '--field-selector', selector, '-o', 'name');
    expect(namesIn(found)).toEqual(names);
  });

  it('refuses a field that one cannot select by', async () => {
    expect(await kubectl.refused('get', 'pods', '--field-selector', 'spec.hostname=a')).toContain(
      'field label not supported: spec.hostname',
    );
  });

  it('of all namespaces', async () => {
    const other = await bench.room();
    await other.create(configMap('elsewhere', {}, { labels: { size: '9' } }));
    const table = await kubectl.read('get', 'configmaps', '-A', '-l', 'size in (1, 9)');
    expect(columnsOf(table)).toEqual(['NAMESPACE', 'NAME', 'DATA', 'AGE']);
    expect(rowsOf(table)).toContainEqual([kubectl.namespace, 'map-c', '1', expect.any(String)]);
    expect(rowsOf(table)).toContainEqual([other.namespace, 'elsewhere', '0', expect.any(String)]);
  });

  it('in the order of a field', async () => {
    const sorted = await kubectl.read(
      'get',
      'cm',
      '-l',
      'size',
      '--sort-by=.data.size',
      '-o',
      'name',
    );
    expect(namesIn(sorted)).toEqual(['map-c', 'map-b', 'map-a']);
    const table = await kubectl.read('get', 'pods', '--sort-by={.metadata.labels.tier}');
    expect(rowsOf(table).map(([name]) => name)).toEqual(['done', 'back', 'front']);
  });

  it('in columns of one’s own, by JSON path and by template', async () => {
    const columns = await kubectl.read(
      'get',
      'cm',
      '-l',
      'size',
      '-o',
      'custom-columns=WHO:.metadata.name,SIZE:.data.size',
    );
    expect([columnsOf(columns), ...rowsOf(columns)]).toEqual([
      ['WHO', 'SIZE'],
      ['map-a', '3'],
      ['map-b', '2'],
      ['map-c', '1'],
    ]);
    const path = 'jsonpath={range .items[?(@.data.size>"1")]}{.metadata.name}{"\\n"}{end}';
    expect(await kubectl.read('get', 'cm', '-l', 'size', '-o', path)).toBe('map-a\nmap-b\n');
    const template = 'go-template={{range .items}}{{.data.size}}{{end}}';
    expect(await kubectl.read('get', 'cm', '-l', 'size', '-o', template)).toBe('321');
  });

  it('with their labels as columns', async () => {
    const table = await kubectl.read('get', 'pods', '-l', 'app', '-L', 'tier', '--show-labels');
    expect(columnsOf(table).slice(5)).toEqual(['TIER', 'LABELS']);
    expect(rowsOf(table).map((row) => row.slice(5))).toEqual([
      ['back', 'app=web,tier=back'],
      ['front', 'app=web,tier=front'],
    ]);
  });

  it('page by page', async () => {
    expect(
      namesIn(await kubectl.read('get', 'cm', '-l', 'size', '--chunk-size=1', '-o', 'name')),
    ).toEqual(['map-a', 'map-b', 'map-c']);
    const path = `/api/v1/namespaces/${kubectl.namespace}/configmaps?labelSelector=size&limit=2`;
    const first = JSON.parse(await kubectl.read('get', '--raw', path)) as Page;
    expect(first.items.map(({ metadata }) => metadata.name)).toEqual(['map-a', 'map-b']);
    const rest = await kubectl.read(
      'get',
      '--raw',
      `${path}&continue=${first.metadata.continue ?? ''}`,
    );
    expect((JSON.parse(rest) as Page).items.map(({ metadata }) => metadata.name)).toEqual([
      'map-c',
    ]);
  });

  it('the status alone', async () => {
    const phase = await kubectl.read(
      'get',
      'pod',
      'done',
      '--subresource=status',
      '-o',
      'jsonpath={.status.phase}',
    );
    expect(phase).toBe('Succeeded');
  });

  it('says what is not there', async () => {
    expect(await kubectl.refused('get', 'pod', 'nobody')).toBe(
      'Error from server (NotFound): pods "nobody" not found\n',
    );
    expect(await kubectl.read('get', 'pod', 'nobody', '--ignore-not-found')).toBe('');
    expect(await kubectl.refused('get', 'unicorns')).toBe(
      'error: the server doesn\'t have a resource type "unicorns"\n',
    );
    const { stderr } = await kubectl.run(['get', 'secrets']);
    expect(stderr).toBe(`No resources found in ${kubectl.namespace} namespace.\n`);
  });
});

interface Page {
  readonly metadata: { readonly continue?: string };
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

const namesIn = (names: string): readonly string[] =>
  names
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.slice(line.indexOf('/') + 1));
