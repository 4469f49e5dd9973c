/** How fields merge and who can own them: as much of the API's schema as the fake's kinds need. */

export type Schema =
  | { readonly type: "string" | "boolean" | "integer" | "bytes" | "time" }
  /** Owned key by key. */
  | { readonly type: "map"; readonly of: Schema }
  | { readonly type: "struct"; readonly fields: Readonly<Record<string, Schema>> }
  /** Replaced and owned as a whole. */
  | { readonly type: "atomic"; readonly shape: "list" | "object" }
  /** A list whose items are told apart by one of their fields. */
  | { readonly type: "keyed-list"; readonly key: string }
  /** A list of distinct strings. */
  | { readonly type: "set" };

const text: Schema = { type: "string" };
const texts: Schema = { type: "map", of: text };

export const metadataSchema: Schema = {
  type: "struct",
  fields: {
    name: text,
    generateName: text,
    namespace: text,
    selfLink: text,
    uid: text,
    resourceVersion: text,
    generation: { type: "integer" },
    creationTimestamp: { type: "time" },
    deletionTimestamp: { type: "time" },
    deletionGracePeriodSeconds: { type: "integer" },
    labels: texts,
    annotations: texts,
    finalizers: { type: "set" },
    ownerReferences: { type: "keyed-list", key: "uid" },
    managedFields: { type: "atomic", shape: "list" },
  },
};

export function objectSchema(fields: Readonly<Record<string, Schema>>): Schema {
  return {
    type: "struct",
    fields: { apiVersion: text, kind: text, metadata: metadataSchema, ...fields },
  };
}

export const secretFields: Readonly<Record<string, Schema>> = {
  data: { type: "map", of: { type: "bytes" } },
  stringData: texts,
  type: text,
  immutable: { type: "boolean" },
};

export const serviceAccountFields: Readonly<Record<string, Schema>> = {
  secrets: { type: "keyed-list", key: "name" },
  imagePullSecrets: { type: "atomic", shape: "list" },
  automountServiceAccountToken: { type: "boolean" },
};

export const namespaceFields: Readonly<Record<string, Schema>> = {
  spec: { type: "struct", fields: { finalizers: { type: "atomic", shape: "list" } } },
  status: { type: "struct", fields: { phase: text } },
};

export const roleFields: Readonly<Record<string, Schema>> = {
  rules: { type: "atomic", shape: "list" },
};

export const bindingFields: Readonly<Record<string, Schema>> = {
  roleRef: { type: "atomic", shape: "object" },
  subjects: { type: "atomic", shape: "list" },
};
