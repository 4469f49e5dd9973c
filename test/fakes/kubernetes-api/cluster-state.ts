/** The fake's objects at hand: to set a scene, to meddle like another client, and to look. */
import type { AccessRule } from "../../contracts/kubernetes-target.ts";
import { deleteObject } from "./deletions.ts";
import { grantRule } from "./grants.ts";
import { unguarded } from "./guard.ts";
import { removeNamespace } from "./namespace-end.ts";
import type { ApiObject } from "./object.ts";
import { createObject } from "./objects.ts";
import { mergePatch } from "./patches.ts";
import {
  allResources,
  apiVersionOf,
  namespaces,
  type Resource,
  secrets,
  serviceAccounts,
} from "./resources.ts";
import type { TokenIssuer } from "./service-account-tokens.ts";
import { decodedData, linked } from "./views.ts";
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

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

export interface ObjectRef {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export interface ClusterState {
  createNamespace(name: string, labels?: Readonly<Record<string, string>>): ApiObject;
  /** Terminating, until `removeNamespace`. */
  deleteNamespace(name: string): void;
  /** Gone, with everything in it; what has finalizers stays, and the namespace with it. */
  removeNamespace(name: string): void;
  /** Any kind that the fake stores. */
  create(manifest: Manifest): ApiObject;
  /** A JSON merge patch by another client; default manager `kubectl-edit`. */
  edit(ref: ObjectRef, patch: object, manager?: string): ApiObject;
  delete(ref: ObjectRef): void;
  /** `namespace` undefined: of a kind that lies in none. */
  find(kind: string, name: string, namespace?: string): ApiObject | undefined;
  /** Of one kind, in all namespaces. */
  all(kind: string): readonly ApiObject[];
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
    removeNamespace: (name) => removeNamespace(cluster, name),
    create: (manifest) => {
      const { apiVersion, kind, metadata } = manifest;
      const resource = resourceOf(kind);
      if (apiVersionOf(resource) !== apiVersion) {
        throw new Error(`${kind} is of ${apiVersionOf(resource)}, not of ${apiVersion}`);
      }
      return create(resource, resource.namespaced ? metadata.namespace : undefined, manifest);
    },
    edit: ({ kind, ...target }, patch, manager) =>
      edit({ resource: resourceOf(kind), ...target }, patch, manager),
    delete: ({ kind, namespace, name }) => remove(resourceOf(kind), namespace, name),
    find: (kind, name, namespace) => store.get(resourceOf(kind), namespace, name),
    all: (kind) => store.list(resourceOf(kind)).map(({ object }) => object),
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
          grantRule(create, { user, rule, namespace, name: `grant-${grants}` });
        }
      }
    },
  };
}

function resourceOf(kind: string): Resource {
  const found = allResources.find((resource) => resource.kind === kind);
  if (found === undefined) {
    throw new Error(`the fake API server stores no ${kind}`);
  }
  return found;
}

function asManager(manager: string): Writer {
  return { manager, dryRun: false, guard: unguarded };
}
