/** What a cluster holds, as kubectl tells it: not by way of the code under test. */
import { z } from "zod";
import type { Kubectl } from "../parts/kubectl.ts";

const secretObject = z.object({
  type: z.string(),
  metadata: z.object({
    namespace: z.string(),
    uid: z.string(),
    resourceVersion: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
    managedFields: z
      .array(z.object({ manager: z.string(), operation: z.string(), fieldsV1: z.json() }))
      .default([]),
  }),
  data: z.record(z.string(), z.base64()),
});
export type SecretObject = z.output<typeof secretObject>;

const accountObject = z.looseObject({
  metadata: z.looseObject({ namespace: z.string() }),
  imagePullSecrets: z.array(z.object({ name: z.string() })).default([]),
});
export type AccountObject = z.output<typeof accountObject>;

/** Secrets of one name by namespace, in the order of the alphabet. */
export async function readSecrets(
  kubectl: Kubectl,
  name = "ecr-pull",
): Promise<ReadonlyMap<string, SecretObject>> {
  return byNamespace(await readAll(kubectl, ["secrets", name], secretObject));
}

/** Service accounts of one name by namespace. */
export async function readAccounts(
  kubectl: Kubectl,
  name = "default",
): Promise<ReadonlyMap<string, AccountObject>> {
  return byNamespace(await readAll(kubectl, ["serviceaccounts", name], accountObject));
}

export async function readSecret(
  kubectl: Kubectl,
  namespace: string,
  name = "ecr-pull",
): Promise<SecretObject> {
  const args = ["get", "secret", name, `--namespace=${namespace}`];
  const json = await kubectl([...args, "--output=json", "--show-managed-fields"]);
  return secretObject.parse(JSON.parse(json));
}

const dockerConfig = z.object({
  auths: z.record(
    z.string(),
    z.strictObject({ username: z.string(), password: z.string(), auth: z.base64() }),
  ),
});

export function dockerConfigJson({ data }: SecretObject): string {
  return Buffer.from(data[".dockerconfigjson"] ?? "", "base64").toString();
}

/** Logins by registry host; fails where it isn't a whole docker config. */
export function loginsIn(secret: SecretObject) {
  return dockerConfig.parse(JSON.parse(dockerConfigJson(secret))).auths;
}

export interface NamespaceSpec {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Makes namespaces; with `accounts`, waits until each has its `default` account. */
export async function createNamespaces(
  kubectl: Kubectl,
  namespaces: readonly NamespaceSpec[],
  { accounts = false }: { readonly accounts?: boolean } = {},
): Promise<void> {
  const items = namespaces.map((metadata) => ({ apiVersion: "v1", kind: "Namespace", metadata }));
  const list = { apiVersion: "v1", kind: "List", items };
  await kubectl(["create", "-f", "-"], { input: JSON.stringify(list) });
  while (accounts) {
    const there = await readAccounts(kubectl);
    if (namespaces.every(({ name }) => there.has(name))) return;
  }
}

/** `shop-1`, `shop-2`, … */
export function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);
}

async function readAll<T extends z.ZodType>(
  kubectl: Kubectl,
  [resource, name]: readonly [string, string],
  schema: T,
): Promise<z.output<T>[]> {
  const which = ["--all-namespaces", `--field-selector=metadata.name=${name}`];
  const json = await kubectl(["get", resource, ...which, "--output=json"]);
  return z.object({ items: z.array(schema) }).parse(JSON.parse(json)).items;
}

function byNamespace<T extends { readonly metadata: { readonly namespace: string } }>(
  objects: readonly T[],
): ReadonlyMap<string, T> {
  return new Map(objects.map((object) => [object.metadata.namespace, object]));
}
