import type { KubeObject } from '@millrace/core';
import type { ClusterNames, ContainerSpec } from '../contracts.ts';
import { isChosenBy, isReady } from './endpoint-slices.ts';
import { at, stringMap, text, texts } from './json.ts';
import { podType, sameResource, serviceType } from './resource-types.ts';
import type { ObjectStore } from './store.ts';

const domain = 'cluster.local';

/** A pod's own record. */
interface NamedPod {
  readonly name: string;
  readonly ip: string;
}

/**
 * What a cluster's DNS would say of pods with a `hostname` and a `subdomain`: a pod is `host.sub.ns.svc.cluster.local`
 * while a headless service `sub` of its namespace chooses it and it is ready, or the service does not ask for that.
 * Source: kubernetes.io/docs/concepts/services-networking/dns-pod-service
 */
export function createClusterNames(store: ObjectStore): ClusterNames {
  const named = (): readonly NamedPod[] =>
    store.list(podType).flatMap((pod) => {
      const subdomain = text(pod, 'spec', 'subdomain');
      const hostname = text(pod, 'spec', 'hostname');
      if (subdomain === '' || hostname === '' || usesNetworkOfNode(pod)) return [];
      const { namespace = '' } = pod.metadata;
      const service = store.get({ type: serviceType, namespace, name: subdomain });
      return service !== undefined && isPublished(pod, service)
        ? [
            {
              name: `${hostname}.${subdomain}.${namespace}.svc.${domain}`,
              ip: text(pod, 'status', 'podIP'),
            },
          ]
        : [];
    });
  return {
    seenBy: (pod) => {
      const searches = searchesOf(pod);
      return searches === undefined ? [] : named().map((each) => linesOf(each, searches));
    },
    onChange: (changed) => {
      let known = JSON.stringify(named());
      return store.subscribe(({ resource }) => {
        if (!sameResource(resource, podType) && !sameResource(resource, serviceType)) return;
        const now = JSON.stringify(named());
        if (now === known) return;
        known = now;
        changed();
      });
    },
  };
}

function isPublished(pod: KubeObject, service: KubeObject): boolean {
  const selector = stringMap(service, 'spec', 'selector');
  if (text(service, 'spec', 'clusterIP') !== 'None' || Object.keys(selector).length === 0)
    return false;
  if (!isChosenBy(pod, selector)) return false;
  if (at(service, 'spec', 'publishNotReadyAddresses') === true) return true;
  return isReady(pod) && pod.metadata.deletionTimestamp === undefined;
}

const usesNetworkOfNode = (pod: KubeObject): boolean => at(pod, 'spec', 'hostNetwork') === true;

/** Where a pod's resolver looks for names; undefined: it does not ask the cluster. */
function searchesOf(pod: KubeObject): readonly string[] | undefined {
  const policy = text(pod, 'spec', 'dnsPolicy') || 'ClusterFirst';
  const asksCluster =
    policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && !usesNetworkOfNode(pod));
  if (!asksCluster) return undefined;
  const { namespace = '' } = pod.metadata;
  const usual = [`${namespace}.svc.${domain}`, `svc.${domain}`, domain];
  return [...usual, ...texts(pod, 'spec', 'dnsConfig', 'searches')];
}

function linesOf(
  { name, ip }: NamedPod,
  searches: readonly string[],
): ContainerSpec['hostAliases'][number] {
  const short = searches
    .map((search) => `.${search.replace(/\.$/u, '')}`)
    .filter((ending) => name.endsWith(ending))
    .map((ending) => name.slice(0, -ending.length));
  return { ip, hostnames: [...new Set([name, ...short])] };
}
