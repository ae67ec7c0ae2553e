import { beforeAll, expect, it } from 'vitest';
import { freshName } from './bench.ts';
import { defineKubectlSuite, type KubectlSuite } from './define-kubectl-suite.ts';
import type { Kubectl } from './kubectl.ts';
import { configMap } from './manifests.ts';

/** What becomes of objects whose owner is deleted by `kubectl`. */
export const collectingSuite: KubectlSuite = defineKubectlSuite(
  'and garbage collection',
  (bench) => {
    let kubectl: Kubectl;

    beforeAll(async () => {
      kubectl = await bench.sharedRoom();
    });

    const make = async (metadata: object = {}): Promise<Owner> => {
      const name = freshName('map');
      const made = await kubectl.run(['create', '-f', '-', '-o', 'jsonpath={.metadata.uid}'], {
        input: JSON.stringify(configMap(name, {}, metadata)),
      });
      return { name, uid: made.stdout };
    };
    const owned = (owner: Owner, extra: object = {}, metadata: object = {}): Promise<Owner> =>
      make({
        ...metadata,
        ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', ...owner, ...extra }],
      });
    const gone = (name: string): Promise<string> =>
      kubectl.read('wait', '--for=delete', `cm/${name}`, '--timeout=90s');
    const field = (name: string, path: string): Promise<string> =>
      kubectl.read('get', 'cm', name, '-o', `jsonpath={${path}}`);
    const release = (name: string): Promise<string> =>
      kubectl.read('patch', 'cm', name, '--type=merge', '-p', '{"metadata":{"finalizers":null}}');

    it('dependents go after their owner, and theirs after them', async () => {
      const owner = await make();
      const child = await owned(owner);
      const grandchild = await owned(child);
      await kubectl.read('delete', 'cm', owner.name);
      await gone(child.name);
      await gone(grandchild.name);
    });

    it('in the foreground an owner waits for those that block it', async () => {
      const owner = await make();
      const child = await owned(
        owner,
        { blockOwnerDeletion: true },
        { finalizers: ['example.com/hold'] },
      );
      const deletion = kubectl.start(['delete', 'cm', owner.name, '--cascade=foreground']);
      await kubectl.read(
        'wait',
        '--for=jsonpath={.metadata.deletionTimestamp}',
        `cm/${child.name}`,
        '--timeout=90s',
      );
      expect(await field(owner.name, '.metadata.finalizers')).toBe('["foregroundDeletion"]');
      await release(child.name);
      expect((await deletion.ended).exitCode).toBe(0);
      await gone(child.name);
    });

    it('in the foreground an owner does not wait for others', async () => {
      const owner = await make();
      const child = await owned(owner, {}, { finalizers: ['example.com/hold'] });
      await kubectl.read('delete', 'cm', owner.name, '--cascade=foreground', '--timeout=90s');
      await kubectl.read(
        'wait',
        '--for=jsonpath={.metadata.deletionTimestamp}',
        `cm/${child.name}`,
        '--timeout=90s',
      );
      await release(child.name);
      await gone(child.name);
    });

    it('orphans stay and forget their owner', async () => {
      const owner = await make();
      const child = await owned(owner);
      await kubectl.read('delete', 'cm', owner.name, '--cascade=orphan');
      await gone(owner.name);
      expect(await field(child.name, '.metadata.ownerReferences')).toBe('');
      expect(await field(child.name, '.metadata.deletionTimestamp')).toBe('');
    });

    it('who has another owner stays and forgets the one that went', async () => {
      const [first, second] = [await make(), await make()];
      const name = freshName('map');
      const references = [first, second].map((owner) => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        ...owner,
      }));
      await kubectl.create(configMap(name, {}, { ownerReferences: references }));
      await kubectl.read('delete', 'cm', first.name);
      await kubectl.read(
        'wait',
        `--for=jsonpath={.metadata.ownerReferences[0].name}=${second.name}`,
        `cm/${name}`,
        '--timeout=90s',
      );
      await kubectl.read('delete', 'cm', second.name);
      await gone(name);
    });

    it('who names an owner that is not there goes', async () => {
      const orphan = await owned({ name: 'nobody', uid: '00000000-0000-4000-8000-000000000000' });
      await gone(orphan.name);
    });

    it('a namesake of the owner is not the owner', async () => {
      const owner = await make();
      const impostor = await owned({
        name: owner.name,
        uid: '00000000-0000-4000-8000-000000000000',
      });
      await gone(impostor.name);
      expect(await field(owner.name, '.metadata.name')).toBe(owner.name);
    });
  },
);

interface Owner {
  readonly name: string;
  readonly uid: string;
}
