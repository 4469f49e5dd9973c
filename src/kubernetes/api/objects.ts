/** What we read of an API server's objects, checked. */
import * as z from "zod";
import type {
  FieldManager,
  FieldSet,
  NamespaceState,
  SecretData,
  SecretState,
  ServiceAccountState,
} from "../../refresh/ports.ts";
import { SecretValue } from "../../secret-value.ts";

const strings = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {});

// Real ones are about 10 deep; a check that recurses needs an end.
const maxFieldDepth = 100;

const managedField = z
  .object({
    manager: z.string().catch(""),
    operation: z.string().catch("Update"),
    subresource: z.string().optional().catch(undefined),
    fieldsV1: z.custom<FieldSet>((value) => isFieldSet(value, maxFieldDepth)).catch({}),
  })
  .transform(
    ({ manager, operation, subresource, fieldsV1 }): FieldManager => ({
      manager,
      operation: operation === "Apply" ? "Apply" : "Update",
      subresource: subresource === "" ? undefined : subresource,
      fields: fieldsV1,
    }),
  );

export const namespaceSchema = z
  .object({
    metadata: z.object({
      name: z.string(),
      labels: strings,
      deletionTimestamp: z.string().nullish(),
    }),
  })
  .transform(
    ({ metadata: { name, labels, deletionTimestamp } }): NamespaceState => ({
      name,
      labels,
      terminating: typeof deletionTimestamp === "string",
    }),
  );

const namespacedName = { namespace: z.string(), name: z.string() };
const version = { resourceVersion: z.string() };

export const secretSchema = z
  .object({
    metadata: z.object({
      ...namespacedName,
      ...version,
      uid: z.string(),
      labels: strings,
      annotations: strings,
      deletionTimestamp: z.string().nullish(),
      managedFields: z.array(managedField).nullish(),
    }),
  })
  .transform(
    ({ metadata: { managedFields, deletionTimestamp, ...metadata } }): SecretState => ({
      ...metadata,
      managers: managedFields ?? [],
      terminating: typeof deletionTimestamp === "string",
    }),
  );

export const secretDataSchema = z
  .object({
    metadata: z.object(version),
    type: z.string().default("Opaque"),
    data: z.record(z.string(), z.base64()).nullish(),
  })
  .transform(
    ({ metadata: { resourceVersion }, type, data }): SecretData => ({
      resourceVersion,
      type,
      data: Object.fromEntries(
        Object.entries(data ?? {}).map(([key, value]) => [key, new SecretValue(decode(value))]),
      ),
    }),
  );

export const serviceAccountSchema = z
  .object({
    metadata: z.object({ ...namespacedName, ...version }),
    // A reference without a name is legal, and means none.
    imagePullSecrets: z.array(z.object({ name: z.string().default("") })).nullish(),
  })
  .transform(
    ({ metadata, imagePullSecrets }): ServiceAccountState => ({
      ...metadata,
      imagePullSecrets: (imagePullSecrets ?? []).map(({ name }) => name),
    }),
  );

export const listSchema = z.object({
  kind: z.string().endsWith("List"),
  metadata: z.object({ continue: z.string().nullish() }).nullish(),
  items: z.array(z.unknown()).nullish(),
});

function isFieldSet(value: unknown, depth: number): value is FieldSet {
  return (
    depth > 0 &&
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((field) => isFieldSet(field, depth - 1))
  );
}

function decode(base64: string): string {
  return Buffer.from(base64, "base64").toString("utf8");
}
