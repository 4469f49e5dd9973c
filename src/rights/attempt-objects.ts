/** The bodies of the attempts: harmless even if one were written. Pure. */
import type { WorkloadRef } from "../config/secret-format.ts";
import {
  annotations,
  dockerConfigJsonKey,
  dockerConfigJsonType,
  fieldManager,
  managedByLabel,
  restartedForAnnotation,
} from "../pull-secrets/names.ts";
import type { Owner } from "../refresh/desired.ts";
import { formatOwner } from "../refresh/rules/ownership.ts";
import type { Attempt } from "./access.ts";
import type { ContentDemand } from "./content-demand.ts";
import type { SecretDemand } from "./demand.ts";
import type { ObjectRef } from "./kubernetes-object.ts";
import { workloadResources, workloadVersion } from "./workload-resources.ts";

export interface SecretForm {
  readonly name: string;
  /** Undefined: a pull secret as the kubelet reads it. */
  readonly content: ContentDemand | undefined;
}

export interface WorkloadPlace extends WorkloadRef {
  readonly namespace: string;
}

const foreign = { "ecr-pull-secrets.example.com/refused": "true" };
const foreignMetadata = { annotations: foreign };
const foreignData = { "ecr-pull-secrets.refused": "" };

/** https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets */
export function tokenSecret(secret: SecretDemand, namespace: string, account: string): Attempt {
  return applied(secret, namespace, {
    metadata: { annotations: { "kubernetes.io/service-account.name": account } },
    type: "kubernetes.io/service-account-token",
  });
}

/** What may be too much about a secret that is wanted otherwise. */
export type Excess = "annotation" | "key";

/** As a sweep would write it, but for the logins; only one thing may be too much. */
export function wantedSecret(
  { name, content }: SecretForm,
  namespace: string,
  owner: Owner,
  excess?: Excess,
): Attempt {
  return applied({ name }, namespace, {
    metadata: {
      labels: { [managedByLabel]: fieldManager },
      annotations: {
        [annotations.owner]: formatOwner(owner),
        ...(excess === "annotation" ? foreign : {}),
      },
    },
    type: content?.type ?? dockerConfigJsonType,
    data: { ...emptyData(content), ...(excess === "key" ? foreignData : {}) },
  });
}

function emptyData(content: ContentDemand | undefined): Readonly<Record<string, string>> {
  if (content === undefined) return { [dockerConfigJsonKey]: base64('{"auths":{}}') };
  const { keys, fixed = {} } = content;
  return Object.fromEntries(keys.map((key) => [key, base64(fixed[key] ?? "")]));
}

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}

function applied(
  { name }: Pick<SecretDemand, "name">,
  namespace: string,
  { metadata, ...content }: { readonly metadata: object; readonly [field: string]: unknown },
): Attempt {
  const object = { name, namespace, ...metadata };
  return {
    kind: "apply",
    object: { apiVersion: "v1", kind: "Secret", metadata: object, ...content },
  };
}

export function foreignAnnotation(
  kind: "Secret" | "ServiceAccount",
  namespace: string,
  name: string,
): Attempt {
  return merged({ apiVersion: "v1", kind, name, namespace }, { metadata: foreignMetadata });
}

/** Of a secret that is there. */
export function foreignKey(namespace: string, name: string): Attempt {
  return merged({ apiVersion: "v1", kind: "Secret", name, namespace }, { data: foreignData });
}

/** All its containers replaced by one: the patch knows none of theirs by name. */
export function foreignImage(workload: WorkloadPlace): Attempt {
  const container = { name: "ecr-pull-secrets-refused", image: "ecr-pull-secrets.example.com/x" };
  return ofPods(workload, { spec: { containers: [container] } });
}

export function foreignPodAnnotation(workload: WorkloadPlace): Attempt {
  return ofPods(workload, { metadata: foreignMetadata });
}

/** As a sweep would, but for what it says. */
export function wantedRestart(workload: WorkloadPlace): Attempt {
  return ofPods(workload, { metadata: { annotations: { [restartedForAnnotation]: "{}" } } });
}

function ofPods({ kind, namespace, name }: WorkloadPlace, template: object): Attempt {
  const type = { apiVersion: workloadVersion, kind: workloadResources[kind].kind };
  return merged({ ...type, name, namespace }, { spec: { template } });
}

function merged(ref: ObjectRef, patch: object): Attempt {
  return { kind: "merge", ref, patch };
}
