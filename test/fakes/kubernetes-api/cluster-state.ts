/** The fake's objects at hand: to set a scene, to meddle like another client, and to look. */
import type { AccessRule } from "../../contracts/kubernetes-target.ts";
import { deleteObject } from "./deletions.ts";
import { unguarded } from "./guard.ts";
import type { ApiObject } from "./object.ts";
import { isJsonObject } from "./object.ts";
import { createObject } from "./objects.ts";
import { mergePatch } from "./patches.ts";
import {
  allResources,
  clusterRoleBindings,
  clusterRoles,
  namespaces,
  type Resource,
  roleBindings,
  roles,
  secrets,
  serviceAccounts,
} from "./resources.ts";
import type { TokenIssuer } from "./service-account-tokens.ts";
import type { Cluster, Writer } from "./writes.ts";

export interface SecretContent {
  readonly type?: string;
  /** Decoded values by key. */
  readonly data?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
  /** Default `kubectl-create`. */
  readonly manager?: string;
}

export interface ClusterState {
  createNamespace(name: string, labels?: Readonly<Record<string, string>>): ApiObject;
  /** Terminating, until `removeNamespace`. */
  deleteNamespace(name: string): void;
  /** Gone, with everything in it. */
  removeNamespace(name: string): void;
  createSecret(namespace: string, name: string, content?: SecretContent): ApiObject;
  /** A JSON merge patch by another client; default manager `kubectl-edit`. */
  editSecret(namespace: string, name: string, patch: object, manager?: string): ApiObject;
  deleteSecret(namespace: string, name: string): void;
  secret(namespace: string, name: string): ApiObject | undefined;
  /** Decoded values by key; undefined: no such secret. */
  secretData(namespace: string, name: string): Readonly<Record<string, string>> | undefined;
  /** Secrets of one name by namespace. */
  secretsNamed(name: string): ReadonlyMap<string, ApiObject>;
  createServiceAccount(
    namespace: string,
    name: string,
    imagePullSecrets?: readonly string[],
  ): ApiObject;
  editServiceAccount(namespace: string, name: string, patch: object, manager?: string): ApiObject;
  deleteServiceAccount(namespace: string, name: string): void;
  /** Names in order; undefined: no such account. */
  imagePullSecrets(namespace: string, name: string): readonly string[] | undefined;
  /** A token of an account; default: good for an hour. */
  serviceAccountToken(namespace: string, name: string, lifetimeSeconds?: number): string;
  /** Binds a user (`system:serviceaccount:<namespace>:<name>` too) to just these rights. */
  grant(user: string, rules: readonly AccessRule[]): void;
}

export function createClusterState(cluster: Cluster, tokens: TokenIssuer): ClusterState {
  const { store } = cluster;
  let grants = 0;

  function create(
    resource: Resource,
    namespace: string | undefined,
    object: object,
    manager = "kubectl-create",
  ): ApiObject {
    const place = { resource, namespace };
    return createObject(cluster, place, JSON.stringify(object), asManager(manager)).object;
  }

  function edit(
    target: { readonly resource: Resource; readonly namespace: string; readonly name: string },
    patch: object,
    manager = "kubectl-edit",
  ): ApiObject {
    return mergePatch(cluster, target, JSON.stringify(patch), asManager(manager)).object;
  }

  function remove(resource: Resource, namespace: string | undefined, name: string): void {
    deleteObject(cluster, { resource, namespace, name }, "", asManager("kubectl-delete"));
  }

  return {
    createNamespace: (name, labels) =>
      create(namespaces, undefined, { metadata: { name, labels } }),
    deleteNamespace: (name) => remove(namespaces, undefined, name),
    removeNamespace: (name) => {
      for (const resource of allResources.filter((one) => one.namespaced)) {
        for (const { object } of store.list(resource, name)) {
          store.remove(resource, object);
        }
      }
      const namespace = store.get(namespaces, undefined, name);
      if (namespace !== undefined) {
        store.remove(namespaces, namespace);
      }
    },
    createSecret: (namespace, name, { manager, labels, annotations, data, ...content } = {}) =>
      create(
        secrets,
        namespace,
        { ...content, stringData: data, metadata: { name, labels, annotations } },
        manager,
      ),
    editSecret: (namespace, name, patch, manager) =>
      edit({ resource: secrets, namespace, name }, patch, manager),
    deleteSecret: (namespace, name) => remove(secrets, namespace, name),
    secret: (namespace, name) => store.get(secrets, namespace, name),
    secretData: (namespace, name) => decodedData(store.get(secrets, namespace, name)),
    secretsNamed: (name) =>
      new Map(
        store
          .list(secrets)
          .filter(({ object }) => object.metadata.name === name)
          .map(({ object }) => [object.metadata.namespace ?? "", object]),
      ),
    createServiceAccount: (namespace, name, imagePullSecrets = []) =>
      create(serviceAccounts, namespace, {
        metadata: { name },
        imagePullSecrets: imagePullSecrets.map((secret) => ({ name: secret })),
      }),
    editServiceAccount: (namespace, name, patch, manager) =>
      edit({ resource: serviceAccounts, namespace, name }, patch, manager),
    deleteServiceAccount: (namespace, name) => remove(serviceAccounts, namespace, name),
    imagePullSecrets: (namespace, name) => linked(store.get(serviceAccounts, namespace, name)),
    serviceAccountToken: (namespace, name, lifetimeSeconds = 3600) => {
      const account = store.get(serviceAccounts, namespace, name);
      return tokens.issue(
        account ?? create(serviceAccounts, namespace, { metadata: { name } }),
        lifetimeSeconds,
      );
    },
    grant: (user, rules) => {
      for (const rule of rules) {
        grants += 1;
        for (const namespace of rule.namespaces ?? [undefined]) {
          grantRule({ create }, { user, rule, namespace, name: `grant-${grants}` });
        }
      }
    },
  };
}

function asManager(manager: string): Writer {
  return { manager, dryRun: false, guard: unguarded };
}

interface Grant {
  readonly user: string;
  readonly rule: AccessRule;
  readonly namespace: string | undefined;
  readonly name: string;
}

function grantRule(
  {
    create,
  }: { create: (resource: Resource, namespace: string | undefined, object: object) => void },
  { user, rule, namespace, name }: Grant,
): void {
  const { namespaces: _, apiGroups = [""], ...rights } = rule;
  const local = namespace !== undefined;
  const metadata = { name };
  create(local ? roles : clusterRoles, namespace, { metadata, rules: [{ ...rights, apiGroups }] });
  create(local ? roleBindings : clusterRoleBindings, namespace, {
    metadata,
    roleRef: {
      apiGroup: clusterRoles.group,
      kind: local ? "Role" : "ClusterRole",
      name,
    },
    subjects: [{ kind: "User", apiGroup: clusterRoles.group, name: user }],
  });
}

function decodedData(secret: ApiObject | undefined): Readonly<Record<string, string>> | undefined {
  if (secret === undefined) {
    return undefined;
  }
  const data = isJsonObject(secret["data"]) ? secret["data"] : {};
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [
      key,
      Buffer.from(String(value), "base64").toString(),
    ]),
  );
}

function linked(account: ApiObject | undefined): readonly string[] | undefined {
  if (account === undefined) {
    return undefined;
  }
  const entries = account["imagePullSecrets"];
  return Array.isArray(entries) ? entries.map((entry) => String(entry?.name)) : [];
}
