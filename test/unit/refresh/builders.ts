/** Short ways to say what is in a cluster, for tests of the sweep's rules. */
import { formatWorkload } from "../../../src/config/secret-format.ts";
import type { PullSecretConfig } from "../../../src/config/stage-config.ts";
import type { MintError } from "../../../src/errors.ts";
import { layoutOf } from "../../../src/pull-secrets/layout.ts";
import { pullSecretManifest } from "../../../src/pull-secrets/manifest.ts";
import { fieldManager } from "../../../src/pull-secrets/names.ts";
import type { Stamps } from "../../../src/pull-secrets/stamps.ts";
import type { RegistryCredential } from "../../../src/refresh/credential.ts";
import {
  type DesiredPullSecret,
  desiredPullSecrets,
  type Owner,
} from "../../../src/refresh/desired.ts";
import type { Observed } from "../../../src/refresh/observe/observe.ts";
import { type Plan, planSweep } from "../../../src/refresh/plan/plan.ts";
import type {
  FieldManager,
  FieldSet,
  NamespaceState,
  SecretState,
  ServiceAccountState,
  WorkloadState,
} from "../../../src/refresh/ports.ts";
import { formatOwner } from "../../../src/refresh/rules/ownership.ts";
import { SecretValue } from "../../../src/secret-value.ts";

export const account = "123456789012";
export const owner: Owner = { account, region: "us-east-1", stage: "prod" };
export const now = new Date("2026-11-21T12:00:00Z");
export const registryKey = `${account}.dkr.ecr.us-east-1`;

export const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
export const hoursAhead = (hours: number) => hoursAgo(-hours);

export const ecr = (region = "us-east-1", more: object = {}) =>
  ({
    type: "ecr",
    region,
    accounts: undefined,
    roleArn: undefined,
    endpoints: ["ipv4"],
    repositories: undefined,
    ...more,
  }) as const;

export function pullSecret(more: Partial<PullSecretConfig> = {}): DesiredPullSecret {
  const config: PullSecretConfig = {
    name: "ecr-pull",
    clusters: ["*"],
    namespaces: { include: ["*"], exclude: ["kube-*"], selector: undefined },
    serviceAccounts: [],
    registries: [ecr()],
    format: { type: "dockerconfigjson", email: undefined },
    restart: [],
    adopt: false,
    prune: false,
    ...more,
  };
  const [desired] = desiredPullSecrets([config], "prod-eu", owner);
  if (!desired) {
    throw new Error("this config wants nothing in prod-eu");
  }
  return desired;
}

export function namespace(name: string, more: Partial<NamespaceState> = {}): NamespaceState {
  return { name, labels: {}, terminating: false, ...more };
}

/** A secret as a sweep of ours left it: every registry issued so many hours ago, good for twelve. */
export function ourSecret(
  desired: DesiredPullSecret,
  inNamespace: string,
  { ageHours = 1, ...more }: { ageHours?: number } & Partial<Stamps> = {},
): SecretState {
  const stamps: Stamps = {
    owner: formatOwner(owner),
    refreshedAt: hoursAgo(ageHours),
    shape: desired.shape,
    registries: new Map(
      desired.registries.map(({ key, source }) => [
        key,
        { issued: hoursAgo(ageHours), expires: hoursAhead(12 - ageHours), source },
      ]),
    ),
    serviceAccounts: undefined,
    contention: undefined,
    ...more,
  };
  const layout = layoutOf(desired.format);
  const manifest = pullSecretManifest({
    namespace: inNamespace,
    name: desired.name,
    layout,
    data: Object.fromEntries(layout.keys.map((key) => [key, new SecretValue("{}")])),
    stamps,
  });
  const { labels, annotations } = manifest;
  return secretState(desired.name, inNamespace, {
    labels,
    annotations,
    managers: [
      applied(fieldManager, {
        data: Object.keys(manifest.data),
        type: [],
        labels: Object.keys(labels),
        annotations: Object.keys(annotations),
      }),
    ],
  });
}

export function foreignSecret(name: string, inNamespace: string, maker = "kubectl-create") {
  return secretState(name, inNamespace, {
    managers: [{ ...applied(maker, { data: [".dockerconfigjson"] }), operation: "Update" }],
  });
}

/** Somebody changed the data: the API server moves the field from us to them. */
export function editedBy(manager: string, secret: SecretState): SecretState {
  const managers = secret.managers.map(({ fields: { "f:data": _, ...fields }, ...entry }) => ({
    ...entry,
    fields: fields as FieldSet,
  }));
  const taken = { ...applied(manager, { data: [".dockerconfigjson"] }), operation: "Update" };
  return { ...secret, managers: [...managers, taken as FieldManager] };
}

function secretState(
  name: string,
  inNamespace: string,
  more: Partial<SecretState> = {},
): SecretState {
  return {
    name,
    namespace: inNamespace,
    uid: `uid-${inNamespace}`,
    resourceVersion: "41",
    labels: {},
    annotations: {},
    managers: [],
    terminating: false,
    ...more,
  };
}

export function serviceAccount(
  inNamespace: string,
  imagePullSecrets: readonly string[] = [],
  name = "default",
): ServiceAccountState {
  return { namespace: inNamespace, name, resourceVersion: "7", imagePullSecrets };
}

/** Whose pods know nothing of our secrets yet. */
export function workload(inNamespace: string, more: Partial<WorkloadState> = {}): WorkloadState {
  return {
    kind: "deployment",
    name: "docker-registry",
    namespace: inNamespace,
    resourceVersion: "5",
    restartedFor: undefined,
    held: undefined,
    terminating: false,
    ...more,
  };
}

export function credential(more: Partial<RegistryCredential> = {}): RegistryCredential {
  return {
    kind: "login",
    username: "AWS",
    password: new SecretValue("minted-now"),
    issuedAt: now,
    expiresAt: hoursAhead(12),
    hosts: [`${registryKey}.amazonaws.com`],
    ...more,
  };
}

export function minted(
  desired: DesiredPullSecret,
  outcomes: Readonly<Record<string, RegistryCredential | MintError>>,
) {
  return new Map(
    desired.registries.flatMap(({ key, source }) => {
      const outcome = outcomes[key];
      return outcome ? [[source, outcome] as const] : [];
    }),
  );
}

export interface Cluster {
  readonly namespaces?: readonly NamespaceState[];
  readonly secrets?: readonly SecretState[];
  readonly serviceAccounts?: readonly ServiceAccountState[];
  /** Seen because a secret remembers them. */
  readonly droppedAccounts?: readonly ServiceAccountState[];
  readonly workloads?: readonly WorkloadState[];
}

export function observed({ namespaces, ...cluster }: Cluster): Observed {
  const { secrets = [], serviceAccounts = [], droppedAccounts = [], workloads = [] } = cluster;
  const byText = Map.groupBy(workloads, formatWorkload);
  return {
    namespaces,
    secrets: listings(secrets),
    serviceAccounts: listings(serviceAccounts),
    droppedAccounts: listings(droppedAccounts),
    workloads: new Map([...byText].map(([text, items]) => [text, { items, refused: [] }])),
  };
}

export function plan(desired: DesiredPullSecret, cluster: Cluster): Plan {
  return planSweep([desired], observed(cluster), { cluster: "prod-eu", owner, now });
}

function listings<T extends { readonly name: string }>(items: readonly T[]) {
  const byName = Map.groupBy(items, ({ name }) => name);
  return new Map([...byName].map(([name, each]) => [name, { items: each, refused: [] }]));
}

interface AppliedFields {
  readonly data?: readonly string[];
  readonly type?: readonly string[];
  readonly labels?: readonly string[];
  readonly annotations?: readonly string[];
}

function applied(manager: string, { data, type, labels, annotations }: AppliedFields) {
  const fields = {
    ...(data && { "f:data": fieldSet(data) }),
    ...(type && { "f:type": {} }),
    "f:metadata": {
      ...(labels && { "f:labels": fieldSet(labels) }),
      ...(annotations && { "f:annotations": fieldSet(annotations) }),
    },
  };
  return { manager, operation: "Apply", subresource: undefined, fields } satisfies FieldManager;
}

function fieldSet(names: readonly string[]): FieldSet {
  return Object.fromEntries(names.map((name) => [`f:${name}`, {}]));
}
