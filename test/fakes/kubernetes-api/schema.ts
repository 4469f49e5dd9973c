/** How fields merge and who can own them: as much of the API's schema as the fake's kinds need. */

export type Schema =
  | { readonly type: "string" | "boolean" | "integer" | "bytes" | "time" }
  /** Owned key by key. */
  | { readonly type: "map"; readonly of: Schema }
  | { readonly type: "struct"; readonly fields: Readonly<Record<string, Schema>> }
  /** Replaced and owned as a whole. `of`: the object itself, or each item of the list. */
  | { readonly type: "atomic"; readonly shape: "list" | "object"; readonly of?: Schema }
  /** A list whose items are told apart by one of their fields; default: owned item by item. */
  | { readonly type: "keyed-list"; readonly key: string; readonly of?: Schema }
  /** A list of distinct strings. */
  | { readonly type: "set" };

export const text: Schema = { type: "string" };
export const texts: Schema = { type: "map", of: text };
export const textList: Schema = { type: "atomic", shape: "list", of: text };

export function struct(fields: Readonly<Record<string, Schema>>): Schema {
  return { type: "struct", fields };
}

const metadataSchema: Schema = {
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
  return struct({ apiVersion: text, kind: text, metadata: metadataSchema, ...fields });
}

export const secretFields: Readonly<Record<string, Schema>> = {
  data: { type: "map", of: { type: "bytes" } },
  stringData: texts,
  type: text,
  immutable: { type: "boolean" },
};

export const serviceAccountFields: Readonly<Record<string, Schema>> = {
  secrets: { type: "keyed-list", key: "name" },
  imagePullSecrets: { type: "atomic", shape: "list", of: struct({ name: text }) },
  automountServiceAccountToken: { type: "boolean" },
};

export const namespaceFields: Readonly<Record<string, Schema>> = {
  spec: struct({ finalizers: textList }),
  status: struct({ phase: text }),
};

const policyRule = struct({
  apiGroups: textList,
  resources: textList,
  resourceNames: textList,
  verbs: textList,
  nonResourceURLs: textList,
});

export const roleFields: Readonly<Record<string, Schema>> = {
  rules: { type: "atomic", shape: "list", of: policyRule },
};

export const clusterRoleFields: Readonly<Record<string, Schema>> = {
  ...roleFields,
  aggregationRule: { type: "atomic", shape: "object" },
};

const subject = struct({ apiGroup: text, kind: text, name: text, namespace: text });

export const bindingFields: Readonly<Record<string, Schema>> = {
  roleRef: {
    type: "atomic",
    shape: "object",
    of: struct({ apiGroup: text, kind: text, name: text }),
  },
  subjects: { type: "atomic", shape: "list", of: subject },
};
