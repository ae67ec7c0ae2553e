import type { ContainerRole } from '@millrace/core';
import { z } from 'zod';

/** What some containers run and how it is pulled. Of several rules for one container the closest counts. */
export interface ImageRule {
  /** Containers of these roles; without `roles` and `containers` the rule is for all. */
  readonly roles?: readonly ContainerRole[] | undefined;
  /** Containers of these names; closer than a rule for roles. */
  readonly containers?: readonly string[] | undefined;
  /** Image of a container that asks for none. */
  readonly image?: string | undefined;
  /** Whether such a container runs the helper image. */
  readonly helperImage?: boolean | undefined;
  /** Name of the container whose image such a container runs too. */
  readonly imageOf?: string | undefined;
  /** Policies to try, in order, where the job names none. */
  readonly pullPolicies?: readonly string[] | undefined;
  /** Policies that may be used; those of `pullPolicies` when absent or empty. */
  readonly allowedPullPolicies?: readonly string[] | undefined;
  /** Name of the container whose policies, as the job asked for them, count here too. */
  readonly pullPoliciesOf?: string | undefined;
  /** Globs of images that may run; all when absent or empty. */
  readonly allowedImages?: readonly string[] | undefined;
  /** Whether the job log says which image it is. */
  readonly announced?: boolean | undefined;
}

/** The image of helper containers, whole or put together from parts. */
export interface HelperImage {
  /** Replaces the parts below. */
  readonly image?: string | undefined;
  /** Name without tag; needed unless `image` is set. */
  readonly repository?: string | undefined;
  /** First part of the tag. */
  readonly flavor: string;
  /** Flavors that add nothing to the tag. */
  readonly plainFlavors: readonly string[];
  /** Last part of the tag. */
  readonly version: string;
  /** Shells whose name is appended to the tag. */
  readonly shellVariants: readonly string[];
  /** Start from the machine that the runner is on instead of linux/amd64. */
  readonly ownPlatform: boolean;
}

/** Where credentials for registries come from; of two for one registry the first counts. */
export interface CredentialSources {
  /** Job variable with the text of a Docker configuration. */
  readonly variable?: string | undefined;
  /** Docker configurations on the runner's machine, the first that exists; `~/` is the home directory. */
  readonly files: readonly string[];
  /** Member of the job's document with a list of `{ type: registry, url, username, password }`. */
  readonly payload?: string | undefined;
}

/** What Kubernetes calls a pull policy; empty leaves the choice to the cluster. */
export type PullPolicy = 'Always' | 'IfNotPresent' | 'Never' | '';

/** Settings of the plugin. */
export interface ImagesSettings {
  readonly rules: Readonly<Record<string, ImageRule>>;
  readonly helper: HelperImage;
  /** Spellings of pull policies. */
  readonly pullPolicyNames: Readonly<Record<string, PullPolicy>>;
  /** Secrets that pods refer to, before the one made from credentials. */
  readonly pullSecrets: readonly string[];
  /** Leave the choice of pull secrets to the pod's service account. */
  readonly serviceAccountPullSecrets: boolean;
  readonly credentials: CredentialSources;
  /** How often to look again for a pull secret that is not there; 0: never look. */
  readonly availability: { readonly retries: number; readonly intervalSeconds: number };
}

const roles: readonly ContainerRole[] = [
  'build',
  'helper',
  'service',
  'init',
  'step',
  'clone',
  'sidecar',
];
const texts = z.array(z.string());

const imageRule: z.ZodType<ImageRule> = z.strictObject({
  roles: z.array(z.enum(roles)).optional(),
  containers: texts.optional(),
  image: z.string().optional(),
  helperImage: z.boolean().optional(),
  imageOf: z.string().optional(),
  pullPolicies: texts.optional(),
  allowedPullPolicies: texts.optional(),
  pullPoliciesOf: z.string().optional(),
  allowedImages: texts.optional(),
  announced: z.boolean().optional(),
});

/** Checks the settings; `{}` is valid. */
export const ImagesConfig: z.ZodType<ImagesSettings> = z.strictObject({
  rules: z.record(z.string(), imageRule).default({}),
  helper: z
    .strictObject({
      image: z.string().optional(),
      repository: z.string().optional(),
      flavor: z.string().default(''),
      plainFlavors: texts.default([]),
      version: z.string().default(''),
      shellVariants: texts.default([]),
      ownPlatform: z.boolean().default(false),
    })
    .prefault({}),
  pullPolicyNames: z
    .record(z.string(), z.enum(['Always', 'IfNotPresent', 'Never', '']))
    .default({ Always: 'Always', IfNotPresent: 'IfNotPresent', Never: 'Never', '': '' }),
  pullSecrets: texts.default([]),
  serviceAccountPullSecrets: z.boolean().default(false),
  credentials: z
    .strictObject({
      variable: z.string().optional(),
      files: texts.default([]),
      payload: z.string().optional(),
    })
    .prefault({}),
  availability: z
    .strictObject({
      retries: z.int().nonnegative().default(0),
      intervalSeconds: z.int().positive().default(5),
    })
    .prefault({}),
});
