import type { JsonObject } from '@millrace/core';
import type { StatusDocument } from '../contracts.ts';

/** One field at fault, as it appears in `details.causes` of an Invalid answer. */
export interface FieldCause extends JsonObject {
  readonly reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueNotFound'
    | 'FieldValueDuplicate'
    | 'FieldValueNotSupported'
    | 'FieldValueForbidden'
    | 'FieldValueTooLong';
  readonly message: string;
  readonly field: string;
}

/** Whatever an API call can fail with: carries the `Status` document that is sent to the client. */
export class ApiStatusError extends Error {
  readonly $$type = '@millrace/api-status-error';
  readonly status: StatusDocument;
  /** Set when the client gets the message alone: so a kubelet answers, and an API server passes it on. */
  readonly plain: boolean;

  constructor(status: StatusDocument, plain = false) {
    super(status.message);
    this.name = 'ApiStatusError';
    this.status = status;
    this.plain = plain;
  }
}

/** True for an {@link ApiStatusError} of any installed copy of this package. */
export function isApiStatusError(value: unknown): value is ApiStatusError {
  return (
    value instanceof Error && '$$type' in value && value.$$type === '@millrace/api-status-error'
  );
}

/** What a status is about: `pods` in group `''`. */
export interface ResourceName {
  readonly group: string;
  readonly plural: string;
  readonly kind?: string;
}

/** A failure with any reason and code. Prefer the named functions below. */
export function failure(
  code: number,
  reason: string,
  message: string,
  details?: JsonObject,
): ApiStatusError {
  return new ApiStatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason === '' ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  });
}

/** A refusal in the words of a kubelet, which are no Status. */
export const kubeletRefusal = (code: number, message: string): ApiStatusError =>
  new ApiStatusError(failure(code, '', message).status, true);

const qualified = (resource: ResourceName): string =>
  resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;

const detailsOf = (resource: ResourceName, name: string): JsonObject => ({
  ...(name === '' ? {} : { name }),
  ...(resource.group === '' ? {} : { group: resource.group }),
  ...(resource.plural === '' ? {} : { kind: resource.plural }),
});

export const notFound = (resource: ResourceName, name: string): ApiStatusError =>
  failure(404, 'NotFound', `${qualified(resource)} "${name}" not found`, detailsOf(resource, name));

export const alreadyExists = (resource: ResourceName, name: string): ApiStatusError =>
  failure(
    409,
    'AlreadyExists',
    `${qualified(resource)} "${name}" already exists`,
    detailsOf(resource, name),
  );

export const conflict = (resource: ResourceName, name: string, why: string): ApiStatusError =>
  failure(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`,
    detailsOf(resource, name),
  );

/** The wording of an optimistic lock that was lost. */
export const modifiedMeanwhile = (resource: ResourceName, name: string): ApiStatusError =>
  conflict(
    resource,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  );

export const badRequest = (message: string): ApiStatusError => failure(400, 'BadRequest', message);

export const unauthorized = (): ApiStatusError => failure(401, 'Unauthorized', 'Unauthorized');

export const forbidden = (resource: ResourceName, name: string, why: string): ApiStatusError =>
  failure(
    403,
    'Forbidden',
    name === ''
      ? `${qualified(resource)} is forbidden: ${why}`
      : `${qualified(resource)} "${name}" is forbidden: ${why}`,
    detailsOf(resource, name),
  );

/** @param causes - at least one field at fault; the message lists them as a real API server does */
export function invalid(
  resource: ResourceName & { readonly kind: string },
  name: string,
  causes: readonly FieldCause[],
): ApiStatusError {
  const listed = [...new Set(causes.map((cause) => `${cause.field}: ${cause.message}`))];
  const all = listed.length === 1 ? listed.join('') : `[${listed.join(', ')}]`;
  const kind = resource.group === '' ? resource.kind : `${resource.kind}.${resource.group}`;
  const details = { ...detailsOf({ ...resource, plural: resource.kind }, name), causes };
  return failure(422, 'Invalid', `${kind} "${name}" is invalid: ${all}`, details);
}

/** A watch or a continue token that asks for history which is gone. */
export const expired = (asked: number, oldest: number): ApiStatusError =>
  failure(410, 'Expired', `too old resource version: ${asked} (${oldest})`);

/** @param rest - a token by which the rest can be had, of now and not of then */
export const expiredContinue = (rest: string): ApiStatusError => {
  const { status } = failure(
    410,
    'Expired',
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use ' +
      'the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent ' +
      'list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
  );
  return new ApiStatusError({ ...status, metadata: { continue: rest } });
};

export const pathNotFound = (): ApiStatusError =>
  failure(404, 'NotFound', 'the server could not find the requested resource', {});

export const methodNotAllowed = (): ApiStatusError =>
  failure(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );

export const unsupportedMediaType = (supported: string): ApiStatusError =>
  failure(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${supported}`,
  );

export const notAcceptable = (supported: string): ApiStatusError =>
  failure(406, 'NotAcceptable', `only the following media types are accepted: ${supported}`);

/** What a representation that nobody has is refused with outside of typed resources. */
export const noRepresentation = (available: string): ApiStatusError =>
  failure(
    406,
    'NotAcceptable',
    `406: Not Acceptable\n\nAvailable representations: ${available}`,
    {},
  );

export const entityTooLarge = (limit: number): ApiStatusError =>
  failure(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limit}`);

/** @param retryAfterSeconds - what a client should wait; the server sends it as `Retry-After` too */
export const tooManyRequests = (
  message: string,
  retryAfterSeconds: number,
  causes?: readonly JsonObject[],
): ApiStatusError =>
  failure(429, 'TooManyRequests', message, {
    ...(retryAfterSeconds === 0 ? {} : { retryAfterSeconds }),
    ...(causes === undefined ? {} : { causes }),
  });

/** A version that is yet to come. */
export const versionTooLarge = (asked: number, current: number): ApiStatusError =>
  failure(504, 'Timeout', `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });

/** @param how - `plain` for an error that an API server sends on as it came, without reason and details */
export const internalError = (
  message: string,
  { plain = false }: { readonly plain?: boolean } = {},
): ApiStatusError =>
  plain
    ? failure(500, '', message)
    : failure(500, 'InternalError', `Internal error occurred: ${message}`, {
        causes: [{ message }],
      });
