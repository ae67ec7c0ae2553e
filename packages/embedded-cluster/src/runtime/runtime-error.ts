import { RunnerError } from '@millrace/core';

/** Waiting reasons of a container whose image cannot be had. */
export type ImageErrorReason =
  | 'ErrImagePull'
  | 'ImagePullBackOff'
  | 'ErrImageNeverPull'
  | 'InvalidImageName';

/** Waiting reasons of a container that cannot be made or started. */
export type StartErrorReason =
  | 'CreateContainerConfigError'
  | 'CreateContainerError'
  | 'RunContainerError';

/** What `resolveImage` of a runtime throws; `reason` becomes the container's waiting reason. */
export const imageError = (reason: ImageErrorReason, message: string): RunnerError =>
  new RunnerError(message, { code: 'MILLRACE_E_IMAGE', kind: 'user', reason });

/** What `start` of a runtime throws; `reason` becomes the container's waiting reason. */
export const startError = (reason: StartErrorReason, message: string): RunnerError =>
  new RunnerError(message, { code: 'MILLRACE_E_CONTAINER_START', kind: 'user', reason });
