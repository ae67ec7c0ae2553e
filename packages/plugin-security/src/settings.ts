import type { ContainerRole } from '@millrace/core';
import { z } from 'zod';

/** A seccomp or AppArmor profile; an empty type is none. */
export interface ProfileSetting {
  readonly type: string;
  readonly localhostProfile: string;
}

/** SELinux labels; empty ones are left to the container runtime. */
export interface SeLinuxSetting {
  readonly level: string;
  readonly role: string;
  readonly type: string;
  readonly user: string;
}

/** What pods and containers have in common. */
interface SharedContext {
  readonly runAsUser?: number | undefined;
  readonly runAsGroup?: number | undefined;
  readonly runAsNonRoot?: boolean | undefined;
  readonly seLinuxOptions?: SeLinuxSetting | undefined;
  readonly seccompProfile?: ProfileSetting | undefined;
  readonly appArmorProfile?: ProfileSetting | undefined;
}

/** The pod's own security context; what is absent is not sent. */
export interface PodContext extends SharedContext {
  readonly fsGroup?: number | undefined;
  readonly fsGroupChangePolicy?: string | undefined;
  readonly supplementalGroups: readonly number[];
  readonly supplementalGroupsPolicy?: string | undefined;
  readonly sysctls: readonly { readonly name: string; readonly value: string }[];
}

/** A container's security context; what is absent is not sent, or comes from {@link ContainerDefaults}. */
export interface ContainerContext extends SharedContext {
  /** A list that is not empty replaces the one of the defaults. */
  readonly capabilities: { readonly add: readonly string[]; readonly drop: readonly string[] };
  readonly privileged?: boolean | undefined;
  readonly allowPrivilegeEscalation?: boolean | undefined;
  readonly readOnlyRootFilesystem?: boolean | undefined;
  /** `Default` or `Unmasked`. */
  readonly procMount?: string | undefined;
}

/** Containers that something applies to; without members, all. */
export interface Selection {
  readonly roles?: readonly ContainerRole[] | undefined;
  readonly containers?: readonly string[] | undefined;
}

/** A security context and the containers that get it. */
export interface ContextRule extends Selection {
  readonly context: ContainerContext;
  /** Where else the user and group come from, in this order of strength: the pod's context, what the job asked for. */
  readonly userFrom: readonly ('pod' | 'job')[];
}

/** What containers get where no rule says otherwise. */
export interface ContainerDefaults extends Selection {
  readonly privileged?: boolean | undefined;
  readonly allowPrivilegeEscalation?: boolean | undefined;
  readonly capabilities: {
    readonly add: readonly string[];
    /** Stronger than `add`. */
    readonly drop: readonly string[];
    /** Weaker than `add`; not for Windows, which has no capabilities. */
    readonly dropUnlessAdded: readonly string[];
  };
}

/** Settings of this plugin. */
export interface SecuritySettings {
  readonly pod: PodContext;
  /** Whether the pod has the users of its node; absent leaves it to the cluster. */
  readonly hostUsers?: boolean | undefined;
  /** What becomes of a profile that Kubernetes does not have: left out with a warning, or sent to be refused. */
  readonly badProfiles: 'leave-out' | 'send';
  readonly defaults: ContainerDefaults;
  /** Messages come in the order of the rules. */
  readonly rules: Readonly<Record<string, ContextRule>>;
  /** Ids that jobs may ask for, in digits. Without any, all but 0. */
  readonly allowedUsers: readonly string[];
  readonly allowedGroups: readonly string[];
}

const texts = z.array(z.string()).default([]);
const text = z.string().default('');
const role = z.enum(['build', 'helper', 'service', 'init', 'step', 'clone', 'sidecar']);
const profile = z.strictObject({ type: text, localhostProfile: text });

const shared = {
  runAsUser: z.int().optional(),
  runAsGroup: z.int().optional(),
  runAsNonRoot: z.boolean().optional(),
  seLinuxOptions: z.strictObject({ level: text, role: text, type: text, user: text }).optional(),
  seccompProfile: profile.optional(),
  appArmorProfile: profile.optional(),
};

const selection = {
  roles: z.array(role).optional(),
  containers: z.array(z.string()).optional(),
};

const pod = z.strictObject({
  ...shared,
  fsGroup: z.int().optional(),
  fsGroupChangePolicy: z.string().optional(),
  supplementalGroups: z.array(z.int()).default([]),
  supplementalGroupsPolicy: z.string().optional(),
  sysctls: z.array(z.strictObject({ name: z.string(), value: z.string() })).default([]),
});

const context = z.strictObject({
  ...shared,
  capabilities: z.strictObject({ add: texts, drop: texts }).prefault({}),
  privileged: z.boolean().optional(),
  allowPrivilegeEscalation: z.boolean().optional(),
  readOnlyRootFilesystem: z.boolean().optional(),
  procMount: z.string().optional(),
});

/** Schema of {@link SecuritySettings}. */
export const settingsSchema: z.ZodType<SecuritySettings> = z.strictObject({
  pod: pod.prefault({}),
  hostUsers: z.boolean().optional(),
  badProfiles: z.enum(['leave-out', 'send']).default('leave-out'),
  defaults: z
    .strictObject({
      ...selection,
      privileged: z.boolean().optional(),
      allowPrivilegeEscalation: z.boolean().optional(),
      capabilities: z
        .strictObject({ add: texts, drop: texts, dropUnlessAdded: texts })
        .prefault({}),
    })
    .prefault({}),
  rules: z
    .record(
      z.string(),
      z.strictObject({
        ...selection,
        context: context.prefault({}),
        userFrom: z.array(z.enum(['pod', 'job'])).default([]),
      }),
    )
    .default({}),
  allowedUsers: texts,
  allowedGroups: texts,
});
