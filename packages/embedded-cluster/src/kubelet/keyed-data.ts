import type { KubeObject, JsonValue } from '@millrace/core';
import type { Store } from '../contracts.ts';
import { configMapType, secretType } from '../store/resource-types.ts';

/** A secret or config map by name. */
export interface DataRef {
  readonly kind: 'secret' | 'configmap';
  readonly namespace: string;
  readonly name: string;
}

const texts = (value: JsonValue | undefined): Readonly<Record<string, string>> =>
  (value ?? {}) as Readonly<Record<string, string>>;

function secretData(object: KubeObject): ReadonlyMap<string, Buffer> {
  const data = Object.entries(texts(object['data'])).map(
    ([key, value]) => [key, Buffer.from(value, 'base64')] as const,
  );
  const plain = Object.entries(texts(object['stringData'])).map(
    ([key, value]) => [key, Buffer.from(value)] as const,
  );
  return new Map([...data, ...plain]);
}

function configMapData(object: KubeObject): ReadonlyMap<string, Buffer> {
  const data = Object.entries(texts(object['data'])).map(
    ([key, value]) => [key, Buffer.from(value)] as const,
  );
  const binary = Object.entries(texts(object['binaryData'])).map(
    ([key, value]) => [key, Buffer.from(value, 'base64')] as const,
  );
  return new Map([...data, ...binary]);
}

/** The entries of a secret or config map, or undefined when there is none of that name. */
export function readData(store: Store, ref: DataRef): ReadonlyMap<string, Buffer> | undefined {
  const type = ref.kind === 'secret' ? secretType : configMapType;
  const object = store.get({ type, namespace: ref.namespace, name: ref.name });
  if (object === undefined) return undefined;
  return ref.kind === 'secret' ? secretData(object) : configMapData(object);
}
