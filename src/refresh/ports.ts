/**
 * What a sweep needs from the world, and nothing more. `kubernetes/` and `credentials/` implement
 * these; the sweep knows no SDK, no clock and no socket.
 */
import type { WorkloadRef } from "../config/secret-format.ts";
import type { SecretManifest } from "../pull-secrets/manifest.ts";
import type { SecretValue } from "../secret-value.ts";
import type { Credential } from "./credential.ts";
import type { Registry } from "./registries.ts";

export interface NamespaceState {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly terminating: boolean;
}

/** One entry of `metadata.managedFields`. */
export interface FieldManager {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly subresource: string | undefined;
  /** The set of fields, as the API server writes it (`fieldsV1`): `{"f:data": {"f:key": {}}}`. */
  readonly fields: FieldSet;
}

export interface FieldSet {
  readonly [field: string]: FieldSet;
}

/** A Secret without its data: what one metadata-only list shows. */
export interface SecretState {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly managers: readonly FieldManager[];
  readonly terminating: boolean;
}

export interface SecretData {
  readonly resourceVersion: string;
  readonly type: string;
  /** Decoded values by key. */
  readonly data: Readonly<Record<string, SecretValue>>;
}

export interface ServiceAccountState {
  readonly namespace: string;
  readonly name: string;
  readonly resourceVersion: string;
  /** Names in order; entries that others made are never touched. */
  readonly imagePullSecrets: readonly string[];
}

/** A Deployment, StatefulSet or DaemonSet, as far as rolling it is concerned. */
export interface WorkloadState extends WorkloadRef {
  readonly namespace: string;
  readonly resourceVersion: string;
  /** Our annotation on its pod template: what its pods were started for. */
  readonly restartedFor: string | undefined;
  /** Why a change of its pod template makes no pod start; undefined: it does. */
  readonly held: "paused" | "on-delete" | undefined;
  readonly terminating: boolean;
}

export interface ApplyGuard {
  /** Take fields over from other managers. */
  readonly force: boolean;
  /** 409 unless the object is still at this version. */
  readonly resourceVersion?: string;
}

/**
 * One cluster's API server. Every method throws ClusterError, and only that; retries, timeouts and
 * limits are the implementation's business. A 404 is `undefined` where the type says so.
 */
export interface ClusterApi {
  /** All namespaces, metadata only, from the API server's cache. */
  listNamespaces(): Promise<readonly NamespaceState[]>;
  /** Secrets of one name, across all namespaces or in one; metadata only, from the cache. */
  listSecrets(name: string, namespace?: string): Promise<readonly SecretState[]>;
  /** Service accounts of one name (all names if undefined), across all namespaces or in one. */
  listServiceAccounts(
    name: string | undefined,
    namespace?: string,
  ): Promise<readonly ServiceAccountState[]>;
  /** The newest state of one service account (not from the cache), authorised by `list` alone. */
  findServiceAccount(namespace: string, name: string): Promise<ServiceAccountState | undefined>;
  /** The newest metadata of one secret (not from the cache). */
  getSecret(namespace: string, name: string): Promise<SecretState | undefined>;
  /** One secret with its data: only to carry an entry over. */
  readSecret(namespace: string, name: string): Promise<SecretData | undefined>;
  /** Server-side apply as field manager `ecr-pull-secrets`; the answer is metadata only. */
  applySecret(manifest: SecretManifest, guard: ApplyGuard): Promise<SecretState>;
  /** Deletes just this object: a secret of that name with another UID stays (conflict). */
  deleteSecret(namespace: string, name: string, uid: string): Promise<void>;
  /** Replaces `imagePullSecrets`, guarded by the account's resourceVersion (conflict if stale). */
  setImagePullSecrets(
    account: ServiceAccountState,
    imagePullSecrets: readonly string[],
  ): Promise<void>;
  /** Workloads of one kind and name, across all namespaces or in one, from the cache. */
  listWorkloads(workload: WorkloadRef, namespace?: string): Promise<readonly WorkloadState[]>;
  /** The newest state of one (not from the cache), authorised by `list` alone. */
  findWorkload(workload: WorkloadRef, namespace: string): Promise<WorkloadState | undefined>;
  /**
   * Sets our annotation on the pod template, and so rolls the workload; guarded by its
   * resourceVersion (conflict if stale). Makes none that isn't there (not-found).
   */
  restartWorkload(workload: WorkloadState, restartedFor: string): Promise<void>;
}

export interface CredentialSource {
  /**
   * The version of what a registry's credential is made of, which is asked for before each plan.
   * Undefined: it is minted anew each time. @throws MintError
   */
  currentVersion(registry: Registry): Promise<string | undefined>;
  /** @throws MintError */
  mint(registry: Registry): Promise<Credential>;
  /** Whether a host, found in a docker config, is one of this registry's. */
  covers(registry: Registry, host: string): boolean;
}

/** What a sweep tells while it runs. */
export interface SweepProgress {
  minted(counts: { readonly registries: number; readonly failed: number }): void;
  applied(counts: { readonly done: number; readonly of: number }): void;
}

/** Why a sweep starts nothing new: the reason of its stop signal. */
export type StopReason = "deadline" | "interrupted";
