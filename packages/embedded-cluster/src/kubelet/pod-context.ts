import type { Clock, Logger } from '@millrace/core';
import type { ContainerRuntime, ContainerSpec, Store } from '../contracts.ts';
import type { PodEvents } from './event-recorder.ts';
import type { Pod } from './pod-types.ts';
import type { NodeFacts } from './read-fields.ts';
import type { StatusBook } from './status-book.ts';
import type { IssueToken } from './volumes/data-files.ts';

/** What all pods of a node share. */
export interface KubeletParts {
  readonly store: Store;
  readonly runtime: ContainerRuntime;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly dataDirectory: string;
  readonly node: NodeFacts;
  /** Names of other pods for `/etc/hosts`. */
  readonly hosts: (pod: Pod) => ContainerSpec['hostAliases'];
  readonly issueToken: IssueToken;
  readonly warnOnce: (message: string) => void;
}

/** One pod on this node. */
export interface PodContext {
  readonly parts: KubeletParts;
  readonly pod: () => Pod;
  readonly book: StatusBook;
  readonly events: PodEvents;
  /** Folder of the pod: its volumes, logs and termination messages. */
  readonly folder: string;
  /** Volume name to folder or file; filled before containers start. */
  readonly volumes: Map<string, string>;
}

/** `name_namespace(uid)`, as the kubelet writes pods in messages. */
export const podLabel = ({ metadata }: Pod): string =>
  `${metadata.name}_${metadata.namespace}(${metadata.uid})`;
