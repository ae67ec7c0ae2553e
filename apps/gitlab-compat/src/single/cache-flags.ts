const s3 = [
  'server-address',
  'access-key',
  'secret-key',
  'session-token',
  'bucket-name',
  'bucket-location',
  'insecure',
  'authentication-type',
  'server-side-encryption',
  'server-side-encryption-key-id',
  'dual-stack',
  'path-style',
  'accelerate',
  'role-arn',
  'upload-role-arn',
  'assume-role-max-concurrency',
  'disable-assume-role-credentials-caching',
];
const gcs = ['access-id', 'private-key', 'credentials-file', 'bucket-name', 'universe-domain'];
const azure = ['account-name', 'account-key', 'container-name', 'storage-domain'];

/** Flags of GitLab Runner's cache, without dashes. This program has no cache: they are taken and told to do nothing. */
export const cacheFlags: readonly string[] = [
  'type',
  'path',
  'shared',
  'max_uploaded_archive_size',
  ...s3.map((name) => `s3-${name}`),
  ...gcs.map((name) => `gcs-${name}`),
  ...azure.map((name) => `azure-${name}`),
].map((name) => `cache-${name}`);
