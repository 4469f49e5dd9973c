/**
 * Removal on the real adapters, between an AWS and an API server over sockets; started once per
 * file. What is removed was registered by the real registration.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { annotations } from "../../../src/pull-secrets/names.ts";
import { formatOwner } from "../../../src/refresh/rules/ownership.ts";
import { findRecord } from "../../../src/registration/found-record.ts";
import type { Narrator, Step } from "../../../src/registration/narrator.ts";
import { RegistrationRefused } from "../../../src/registration/problems.ts";
import { rightsWish } from "../../../src/registration/registration-wish.ts";
import { carryOutRemoval } from "../../../src/registration/removal/carry-out-removal.ts";
import { findEntry } from "../../../src/registration/removal/find-entry.ts";
import { inspectRemoval } from "../../../src/registration/removal/inspect-removal.ts";
import { judgePlace } from "../../../src/registration/removal/judge-place.ts";
import { planRemoval } from "../../../src/registration/removal/plan-removal.ts";
import { askRemovalRights } from "../../../src/registration/removal/removal-demands.ts";
import type { RemovalOutcome } from "../../../src/registration/removal/removal-outcome.ts";
import type { RemovalPlan } from "../../../src/registration/removal/removal-plan.ts";
import type { RemovalWish } from "../../../src/registration/removal/removal-wish.ts";
import { computeRights } from "../../../src/rights/compute-rights.ts";
import { SecretValue } from "../../../src/secret-value.ts";
import { openAdminCluster } from "../../../src/wiring/registration.ts";
import { readRecorded, wireEks } from "../../../src/wiring/removal.ts";
import { wireStage } from "../../../src/wiring/stage.ts";
import { createHttpClient } from "../../contracts/http-client.ts";
import type { Manifest, SecretContent } from "../../fakes/kubernetes-api/cluster-state.ts";
import { owner, wishOf as registrationWish } from "./objects.ts";
import { hasty, startRegistrationScene } from "./registration-scene.ts";

export type RemovalScene = Awaited<ReturnType<typeof startRemovalScene>>;

export interface RemovalRun {
  readonly kubeconfig?: string;
  /** Shows each step; may throw in place of it, or after it. */
  readonly around?: <T>(title: string, work: () => Promise<T>) => Promise<T>;
  readonly beforeRemoving?: () => unknown;
}

const never = new AbortController().signal;

export async function startRemovalScene() {
  const scene = await startRegistrationScene();
  const { aws, cluster } = scene;
  const folder = await mkdtemp(join(tmpdir(), "ecr-pull-secrets-removal-"));
  const stage = wireStage({ region: aws.region, profile: undefined });
  const clusters = stage.clustersOf("prod");
  const writer = stage.writerOf("prod");
  const stack = stage.stackOf("prod");

  /** As if it lay in a file. */
  async function trusted(kubeconfig: string) {
    const file = join(folder, "kubeconfig.yaml");
    await writeFile(file, kubeconfig);
    const now = () => new Date();
    return { kubeconfig: file, env: {}, home: folder, now, terminal: undefined };
  }

  async function open(kubeconfig: string) {
    return await openAdminCluster({
      kubeconfig: await trusted(kubeconfig),
      server: undefined,
      certificateAuthority: undefined,
      stop: never,
      abort: never,
      connection: hasty,
    });
  }

  /** @throws RegistrationRefused, and what the look throws */
  async function plan(
    change: Partial<RemovalWish> & Pick<RemovalWish, "cluster">,
    run: RemovalRun,
  ) {
    const wish = wishOf(change);
    const opened = await open(run.kubeconfig ?? cluster.kubeconfig());
    const { admin, server } = opened;
    const record = await findRecord(wish.cluster, clusters, readRecorded);
    const eks = record && "eks" in record.access ? record.access.eks : undefined;
    const entry = eks && (await findEntry(eks, { owner, stack }, wireEks(eks.region, undefined)));
    const found = await inspectRemoval(wish, { admin, server, record, entry });
    const elsewhere = judgePlace(found, wish);
    const planned = planRemoval(found, wish);
    const problems = [
      ...(elsewhere ? [elsewhere] : []),
      ...(await askRemovalRights(planned, admin, "somebody")),
    ];
    if (problems.length > 0) {
      throw new RegistrationRefused(problems);
    }
    return { opened, planned };
  }

  cluster.state.createNamespace("team");
  cluster.state.createNamespace("other");
  const http = createHttpClient(cluster.url, cluster.ca, cluster.admin.token);

  /** `Role ecr-pull-secrets/ecr-pull-secrets`: what bears our label, but for what is ending. */
  function marked(): readonly string[] {
    return markedKinds
      .flatMap((kind) => cluster.state.all(kind))
      .filter(({ metadata }) => metadata.labels?.["app.kubernetes.io/managed-by"] !== undefined)
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(({ kind, metadata: { namespace = "", name } }) => `${kind} ${namespace}/${name}`);
  }

  async function deleteAll(kinds: readonly string[]): Promise<void> {
    for (const kind of kinds) {
      for (const { metadata } of cluster.state.all(kind)) {
        await http.send("DELETE", `/apis/${clusterWide.get(kind)}/${metadata.name}`);
      }
    }
  }

  return {
    ...scene,
    marked,
    stack,
    clusters,
    writer,
    trusted,
    /** What a registration leaves, without its proofs. */
    registered(name: string, namespace = "ecr-pull-secrets"): void {
      const wish = rightsWish(registrationWish({ cluster: name, namespace }));
      const isThere = cluster.state.find("Namespace", namespace) !== undefined;
      const objects = computeRights(wish).objects as readonly Manifest[];
      for (const object of objects.filter(({ kind }) => kind !== "Namespace" || !isThere)) {
        cluster.state.create(object);
      }
      const token = cluster.state.serviceAccountToken(namespace, "ecr-pull-secrets");
      const record = `ecr-pull-secrets/prod/clusters/${name}`;
      aws.secrets.create(record, cluster.kubeconfig({ name: "ecr-pull-secrets", token }));
    },
    removePolicies: () => deleteAll(["ValidatingAdmissionPolicyBinding"]),
    forgetRecord: (name: string) => writer.remove(name, 30),
    /** Another address in a record, as if it had been registered through a tunnel. */
    async moveRecord(name: string, server: string): Promise<void> {
      const text = scene.record(name)?.value ?? "";
      const { versionId: from } = (await clusters.read(name)) ?? {};
      const to = await writer.putPending(name, new SecretValue(text.replace(cluster.url, server)));
      await writer.promote(name, { from, to: to ?? "" });
    },
    /** A record with a user's own token, and no rights of our making. */
    storeAsIs(name: string): void {
      aws.secrets.create(`ecr-pull-secrets/prod/clusters/${name}`, cluster.kubeconfig());
    },
    /** As a cluster that never was registered. */
    async wipe(): Promise<void> {
      for (const namespace of ["shop", "team", "other", "ecr-pull-secrets", "second"]) {
        cluster.state.removeNamespace(namespace);
      }
      for (const namespace of ["shop", "team", "other"]) {
        cluster.state.createNamespace(namespace);
      }
      await deleteAll([...clusterWide.keys()]);
    },
    async unregister(
      change: Partial<RemovalWish> & Pick<RemovalWish, "cluster">,
      run: RemovalRun = {},
    ): Promise<RemovalOutcome> {
      const { opened, planned } = await plan(change, run);
      await using _ = opened;
      await run.beforeRemoving?.();
      const around = run.around ?? ((_, work) => work());
      const step: Step = (title, work) => around(title, () => work(() => {}));
      const narrator: Narrator = { look: step, change: step };
      return await carryOutRemoval(planned, {
        admin: opened.admin,
        eksOf: (region) => wireEks(region, undefined),
        writer,
        narrator,
        now: () => new Date(),
      });
    },
    async planOf(
      change: Partial<RemovalWish> & Pick<RemovalWish, "cluster">,
    ): Promise<RemovalPlan> {
      const { opened, planned } = await plan(change, {});
      await using _ = opened;
      return planned;
    },
    /** As a sweep of this deployment would write it. */
    writeSecret(namespace: string, name = "ecr-pull", more: SecretContent = {}) {
      return cluster.state.createSecret(namespace, name, ownSecret(more));
    },
    async [Symbol.asyncDispose]() {
      await http.close();
      await rm(folder, { recursive: true, force: true });
      await scene[Symbol.asyncDispose]();
    },
  };
}

const clusterWide = new Map([
  ["ClusterRole", "rbac.authorization.k8s.io/v1/clusterroles"],
  ["ClusterRoleBinding", "rbac.authorization.k8s.io/v1/clusterrolebindings"],
  ["ValidatingAdmissionPolicy", "admissionregistration.k8s.io/v1/validatingadmissionpolicies"],
  [
    "ValidatingAdmissionPolicyBinding",
    "admissionregistration.k8s.io/v1/validatingadmissionpolicybindings",
  ],
]);

const markedKinds = [
  ...["Namespace", "ServiceAccount", "Secret", "Role", "RoleBinding"],
  ...clusterWide.keys(),
];

function wishOf(change: Partial<RemovalWish> & Pick<RemovalWish, "cluster">): RemovalWish {
  const usual = { owner, keepSecrets: false, leftovers: false, recoveryDays: 30 };
  return { ...usual, server: undefined, ...change };
}

export function ownSecret({ annotations: more, ...content }: SecretContent = {}): SecretContent {
  return {
    type: "kubernetes.io/dockerconfigjson",
    data: { ".dockerconfigjson": '{"auths":{}}' },
    labels: { "app.kubernetes.io/managed-by": "ecr-pull-secrets" },
    annotations: { [annotations.owner]: formatOwner(owner), ...more },
    manager: "ecr-pull-secrets",
    ...content,
  };
}
