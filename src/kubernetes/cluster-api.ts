/** The sweep's port to a cluster, over the Kubernetes REST API. */
import type * as z from "zod";
import type { WorkloadRef } from "../config/secret-format.ts";
import { ClusterError } from "../errors.ts";
import type { SecretManifest } from "../pull-secrets/manifest.ts";
import type {
  ApplyGuard,
  ClusterApi,
  NamespaceState,
  SecretData,
  SecretState,
  ServiceAccountState,
  WorkloadState,
} from "../refresh/ports.ts";
import { parseAs } from "./api/answer-shape.ts";
import { type ListLimits, listObjects } from "./api/lists.ts";
import {
  namespaceSchema,
  secretDataSchema,
  secretSchema,
  serviceAccountSchema,
} from "./api/objects.ts";
import * as requests from "./api/requests.ts";
import { workloadSchema } from "./api/workload-objects.ts";
import { restartWorkload, workloadList } from "./api/workload-requests.ts";
import type { ApiRequest, SendRequest } from "./transport/request.ts";

export interface ClusterApiLimits extends ListLimits {
  /** Of one object. */
  readonly maxAnswerBytes: number;
}

export class KubernetesClusterApi implements ClusterApi {
  readonly #send: SendRequest;
  readonly #limits: ClusterApiLimits;

  constructor(send: SendRequest, limits: ClusterApiLimits) {
    this.#send = send;
    this.#limits = limits;
  }

  listNamespaces(): Promise<readonly NamespaceState[]> {
    const query = requests.namespaceList();
    return listObjects(this.#send, { ...query, item: namespaceSchema }, this.#limits);
  }

  async listSecrets(name: string, namespace?: string): Promise<readonly SecretState[]> {
    const query = requests.secretList(name, namespace);
    return await listObjects(this.#send, { ...query, item: secretSchema }, this.#limits);
  }

  listServiceAccounts(
    name: string | undefined,
    namespace?: string,
  ): Promise<readonly ServiceAccountState[]> {
    return this.#accounts(name, namespace, true);
  }

  async findServiceAccount(
    namespace: string,
    name: string,
  ): Promise<ServiceAccountState | undefined> {
    const [account] = await this.#accounts(name, namespace, false);
    return account;
  }

  getSecret(namespace: string, name: string): Promise<SecretState | undefined> {
    return orUndefined(this.#object(requests.getSecret(namespace, name), secretSchema));
  }

  readSecret(namespace: string, name: string): Promise<SecretData | undefined> {
    return orUndefined(this.#object(requests.readSecret(namespace, name), secretDataSchema));
  }

  applySecret(manifest: SecretManifest, guard: ApplyGuard): Promise<SecretState> {
    return this.#object(requests.applySecret(manifest, guard), secretSchema);
  }

  async deleteSecret(namespace: string, name: string, uid: string): Promise<void> {
    await this.#sendOne(requests.deleteSecret(namespace, name, uid));
  }

  async setImagePullSecrets(
    account: ServiceAccountState,
    imagePullSecrets: readonly string[],
  ): Promise<void> {
    await this.#sendOne(requests.setImagePullSecrets(account, imagePullSecrets));
  }

  listWorkloads(workload: WorkloadRef, namespace?: string): Promise<readonly WorkloadState[]> {
    return this.#workloads(workload, namespace, true);
  }

  async findWorkload(workload: WorkloadRef, namespace: string): Promise<WorkloadState | undefined> {
    const [found] = await this.#workloads(workload, namespace, false);
    return found;
  }

  async restartWorkload(workload: WorkloadState, restartedFor: string): Promise<void> {
    await this.#sendOne(restartWorkload(workload, restartedFor));
  }

  async #accounts(
    name: string | undefined,
    namespace: string | undefined,
    cached: boolean,
  ): Promise<ServiceAccountState[]> {
    const query = { ...requests.accountList(name, namespace, cached), item: serviceAccountSchema };
    return await listObjects(this.#send, query, this.#limits);
  }

  async #workloads(
    workload: WorkloadRef,
    namespace: string | undefined,
    cached: boolean,
  ): Promise<WorkloadState[]> {
    const item = workloadSchema(workload.kind);
    const query = { ...workloadList(workload, namespace, cached), item };
    return await listObjects(this.#send, query, this.#limits);
  }

  async #object<T extends z.ZodType>(
    request: requests.ObjectRequest,
    schema: T,
  ): Promise<z.output<T>> {
    const { body } = await this.#sendOne(request);
    return parseAs(schema, body, request);
  }

  #sendOne(request: requests.ObjectRequest) {
    const sized: ApiRequest = { ...request, form: "object", maxBytes: this.#limits.maxAnswerBytes };
    return this.#send(sized, this.#limits.signal);
  }
}

async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ClusterError && error.kind === "not-found") {
      return undefined;
    }
    throw error;
  }
}
