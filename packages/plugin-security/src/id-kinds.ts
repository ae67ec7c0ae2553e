/** A user or a group; each is decided by itself. */
export interface IdKind {
  readonly what: 'user' | 'group';
  /** Field of a security context. */
  readonly field: 'runAsUser' | 'runAsGroup';
  /** Setting that lists what jobs may ask for. */
  readonly allowed: 'allowedUsers' | 'allowedGroups';
}

/** In the order of messages. */
export const idKinds: readonly IdKind[] = [
  { what: 'user', field: 'runAsUser', allowed: 'allowedUsers' },
  { what: 'group', field: 'runAsGroup', allowed: 'allowedGroups' },
];
