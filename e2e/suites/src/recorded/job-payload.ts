import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject, JsonValue } from '@millrace/core';
import { recordedCases } from './recorded-case.ts';

/** Changes to the payload of the smallest recorded job. */
export interface PayloadChanges {
  readonly image?: string;
  /** Added after the job's own, in this order; a key may come twice. */
  readonly variables?: readonly (readonly [key: string, value: string])[];
}

/** Payloads like that of the smallest recorded job. */
export function payloads(): (changes: PayloadChanges) => JsonObject {
  const [smallest] = recordedCases();
  const text = readFileSync(join(smallest?.folder ?? '', 'job.json'), 'utf8');
  const payload = JSON.parse(text) as JsonObject;
  return ({ image, variables = [] }) => ({
    ...payload,
    ...(image === undefined ? {} : { image: { name: image } }),
    variables: [
      ...(payload['variables'] as readonly JsonValue[]),
      ...variables.map(([key, value]) => ({
        key,
        value,
        public: true,
        file: false,
        masked: false,
        raw: false,
      })),
    ],
  });
}
