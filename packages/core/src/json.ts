/** A JSON value, as it travels to and from an API server. */
export type JsonValue = string | number | boolean | null | JsonArray | JsonObject;
/** A JSON array; readonly because plans and objects are never edited in place. */
export type JsonArray = readonly JsonValue[];
/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}
