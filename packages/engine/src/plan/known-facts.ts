import type { AccessQuestion, CallOptions, ClusterFacts, KubeApi, Plan } from '@millrace/core';

/** What is known of a server, and asked when a plan wants to know more. */
export interface KnownFacts {
  /** Makes a plan; again when it asked for a right that nobody has asked the server for. */
  readonly plan: (make: (facts: ClusterFacts) => Plan, options: CallOptions) => Promise<Plan>;
}

const keyOf = ({
  verb,
  group,
  resource,
  subresource = '',
  namespace = '',
}: AccessQuestion): string => [verb, group, resource, subresource, namespace].join('/');

/**
 * Facts about one server, fetched with the first plan and kept. Plans are pure, so one that asks for an unknown right is
 * simply made again with the answer. A server that does not answer such questions is taken to allow everything: then the
 * call itself tells what is missing.
 */
export function createKnownFacts(api: Pick<KubeApi, 'version' | 'can'>): KnownFacts {
  const rights = new Map<string, boolean>();
  let version: ClusterFacts['version'] | undefined;
  return {
    plan: async (make, options) => {
      version ??= await api.version(options);
      for (;;) {
        const unknown = new Map<string, AccessQuestion>();
        const plan = make({
          version,
          allows: (question) => {
            const key = keyOf(question);
            const known = rights.get(key);
            if (known === undefined) unknown.set(key, question);
            return known ?? true;
          },
        });
        if (unknown.size === 0) return plan;
        for (const [key, question] of unknown)
          rights.set(key, await api.can(question, options).catch(() => true));
      }
    },
  };
}
