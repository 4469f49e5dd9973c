/** The computed rights on a real API server: it keeps them as they are, and they hold. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { formatWorkload, type WorkloadRef } from "../../../src/config/secret-format.ts";
import { ClusterError } from "../../../src/errors.ts";
import type { ClusterApi } from "../../../src/refresh/ports.ts";
import type { AdminApi } from "../../../src/registration/ports.ts";
import { differencesOf } from "../../../src/registration/rules/compare-object.ts";
import { attemptsOf } from "../../../src/rights/attempts.ts";
import { computeRights } from "../../../src/rights/compute-rights.ts";
import { refOf } from "../../../src/rights/kubernetes-object.ts";
import { groupName } from "../../../src/rights/names.ts";
import { type Proof, proveRights } from "../../../src/rights/prove-rights.ts";
import type { RightsWish } from "../../../src/rights/rights.ts";
import { type ControlPlane, startControlPlane } from "../parts/control-plane.ts";
import { connect } from "../sweep/deployment.ts";
import { renderRights, wishFor } from "../sweep/rights.ts";
import { type ApiClient, type ApiRequest, outcomeOf } from "./api-client.ts";
import { applySecret, clientOf, installRights, makeWorkload, until } from "./scene.ts";

let cluster: ControlPlane;
let admin: AdminApi;
const cleanup = new AsyncDisposableStack();
const signal = new AbortController().signal;
const open = (kubeconfig: string): AdminApi => {
  const connection = connect(kubeconfig);
  cleanup.defer(() => connection.close());
  return connection.admin(signal);
};

const linked = { name: "ecr-pull", serviceAccounts: ["default"], prune: true };
const group: RightsWish = {
  ...wishFor([linked, { name: "second", namespaces: "team-*" }], { namespace: "eks" }),
  subject: { kind: "Group", name: groupName },
};
const workloads = [
  { kind: "Deployment", ref: "deployment/docker-registry" },
  { kind: "StatefulSet", ref: "statefulset/cache" },
  { kind: "DaemonSet", ref: "daemonset/agent" },
].map((each) => ({ ...each, name: each.ref.split("/")[1] ?? "" }));
const scopes: [string, RightsWish][] = [
  ["all namespaces but some", wishFor([{ ...linked, namespaces: { exclude: ["kube-*"] } }])],
  [
    "by labels",
    wishFor([{ ...linked, namespaces: { selector: "team in (a,b),!old" } }], {
      namespace: "labels",
    }),
  ],
  [
    "all named outright",
    wishFor([{ ...linked, namespaces: ["web", "team-a"] }], { namespace: "named" }),
  ],
  ["all accounts", wishFor([{ ...linked, serviceAccounts: ["*"] }], { namespace: "accounts" })],
  ["for a group", group],
  [
    "secrets that pods read, and workloads that restart",
    wishFor(
      [
        { ...linked, namespaces: "web", restart: workloads.map(({ ref }) => ref) },
        {
          name: "second",
          namespaces: "team-*",
          format: { type: "opaque", username: "user", password: "pass" },
        },
      ],
      { namespace: "restarts" },
    ),
  ],
];

beforeAll(async () => {
  cluster = await startControlPlane({ controllerManager: true });
  cleanup.use(cluster);
  admin = open(cluster.adminKubeconfig);
  for (const [name, labels] of Object.entries({ web: {}, "team-a": { team: "a" } })) {
    const metadata = { name, labels };
    const input = stringify({ apiVersion: "v1", kind: "Namespace", metadata });
    await cluster.kubectl(["create", "-f", "-"], { input });
  }
  for (const { kind, name } of workloads) await makeWorkload(cluster, "web", { kind, name });
});

afterAll(() => cleanup.disposeAsync());

describe.each(scopes)("%s", (_, wish) => {
  const rights = computeRights(wish);
  let api: AdminApi;

  beforeAll(async () => {
    await installRights(cluster, rights);
    api = open(await kubeconfigOf(wish));
  });

  test("the API server adds nothing to them, and takes nothing away", async () => {
    const differences = await Promise.all(
      rights.objects.map(async (object) => {
        const live = await admin.get(refOf(object));
        return live ? differencesOf(live, object) : "missing";
      }),
    );
    expect(differences.flat()).toEqual([]);
  });

  test("each right is granted, and each escalation refused", async () => {
    let proofs = await prove(wish, api);
    await until("the policy is in effect", async () => {
      proofs = await prove(wish, api);
      return proofs.every(({ needsPolicy, ok }) => ok || !needsPolicy);
    });
    expect(proofs.filter(({ ok }) => !ok)).toEqual([]);
    expect(proofs.filter(({ needsPolicy }) => needsPolicy).length).toBeGreaterThanOrEqual(
      wish.namespace === "restarts" ? 7 : 3,
    );
  });

  test("without the policy, the same proof fails", async () => {
    const isBinding = ({ kind }: { kind: string }) => kind === "ValidatingAdmissionPolicyBinding";
    const binding = rights.objects.find(isBinding);
    if (binding === undefined) throw new Error("there is no binding");
    const live = await admin.get(refOf(binding));
    expect(await admin.delete(refOf(binding), live?.metadata.uid ?? "")).toBe(true);
    let open: readonly Proof[] = [];
    await until("the policy is no longer in effect", async () => {
      open = (await prove(wish, api)).filter(({ ok }) => !ok);
      return open.length > 0;
    });
    expect(open.every(({ needsPolicy, found }) => needsPolicy && found === "allowed")).toBe(true);
  });
});

describe("a workload that restarts", () => {
  let sweeper: ClusterApi;
  let client: ApiClient;

  beforeAll(async () => {
    const restart = workloads.map(({ ref }) => ref);
    const wish = wishFor([{ ...linked, namespaces: "we?", restart }], { namespace: "rolling" });
    await installRights(cluster, computeRights(wish));
    client = cleanup.use(await clientOf(cluster, "rolling"));
    const connection = connect(await kubeconfigOf(wish));
    cleanup.defer(() => connection.close());
    sweeper = connection.api(signal);
  });

  test.each(workloads)(
    "rolls by our annotation, and only so: $ref",
    async ({ kind, ref, name }) => {
      const [lower = ""] = ref.split("/");
      const workload = { kind: lower as WorkloadRef["kind"], name };
      const path = `/apis/apps/v1/namespaces/web/${lower}s/${name}`;
      const patch = (body: object) =>
        client.send({ method: "PATCH", path, type: "application/merge-patch+json", body });
      const ofPods = (template: object) => patch({ spec: { template } });

      for (const mark of ["first", "second"]) {
        await until("nobody was faster", () => restartOnce(workload, mark));
        const found = await sweeper.findWorkload(workload, "web");
        expect(found).toMatchObject({ restartedFor: mark, held: undefined });
      }

      const specOf = async () => {
        const live = await admin.get({ apiVersion: "apps/v1", kind, name, namespace: "web" });
        return live?.["spec"];
      };
      const before = await specOf();
      const answers = [
        await ofPods({ spec: { containers: [{ name: "x", image: "x" }] } }),
        await ofPods({ metadata: { annotations: { "example.com/x": "x" } } }),
        await ofPods({ metadata: { labels: { more: "x" } } }),
        await patch({ metadata: { annotations: { "example.com/x": "x" } } }),
        await patch({ metadata: { finalizers: ["example.com/x"] } }),
        await patch({ spec: { minReadySeconds: 9 } }),
      ];
      expect(answers.map(outcomeOf)).toEqual(answers.map(() => "policy"));
      expect(await specOf()).toEqual(before);
    },
  );

  /** The controllers keep writing its status. */
  async function restartOnce(workload: WorkloadRef, mark: string): Promise<boolean> {
    const seen = await sweeper.findWorkload(workload, "web");
    if (seen === undefined) throw new Error(`${formatWorkload(workload)} isn't found`);
    try {
      await sweeper.restartWorkload(seen, mark);
    } catch (error) {
      if (error instanceof ClusterError && error.kind === "conflict") return false;
      throw error;
    }
    return true;
  }

  test("may be as large as they come", async () => {
    const path = "/apis/apps/v1/namespaces/wet/deployments/docker-registry";
    const value = "x".repeat(80);
    const env = Array.from({ length: 5_000 }, (_, at) => ({ name: `V${at}`, value }));
    await cluster.kubectl(["create", "namespace", "wet"]);
    await makeWorkload(cluster, "wet", { env });
    const annotations = { "ecr-pull-secrets/restarted-for": "large" };
    const restart = { spec: { template: { metadata: { annotations } } } };
    const type = "application/merge-patch+json";
    const answer = await client.send({ method: "PATCH", path, type, body: restart });
    expect([outcomeOf(answer), answer.body.message]).toEqual(["allowed", undefined]);
  });
});

/** Others may bind more to the account, or grant it to everybody. */
describe("where somebody made the account an administrator", () => {
  const core = "/api/v1/namespaces/web";
  const apps = "/apis/apps/v1/namespaces/web";
  const dry = { query: { dryRun: "All" } };
  const named = (kind: string, name: string) => ({ apiVersion: "v1", kind, metadata: { name } });
  const requests: Record<string, ApiRequest> = {
    "another secret made": {
      ...dry,
      method: "POST",
      path: `${core}/secrets`,
      body: named("Secret", "x"),
    },
    "a secret of a made-up name": {
      ...dry,
      method: "POST",
      path: `${core}/secrets`,
      body: { ...named("Secret", ""), metadata: { generateName: "x-" } },
    },
    "another secret changed": {
      ...dry,
      method: "PUT",
      path: `${core}/secrets/database`,
      body: named("Secret", "database"),
    },
    "another secret deleted": { ...dry, method: "DELETE", path: `${core}/secrets/database` },
    "all secrets deleted": { ...dry, method: "DELETE", path: `${core}/secrets` },
    "an account made": {
      ...dry,
      method: "POST",
      path: `${core}/serviceaccounts`,
      body: named("ServiceAccount", "x"),
    },
    "an account deleted": { ...dry, method: "DELETE", path: `${core}/serviceaccounts/default` },
    "an account replaced": {
      ...dry,
      method: "PUT",
      path: `${core}/serviceaccounts/default`,
      body: { ...named("ServiceAccount", "default"), secrets: [{ name: "x" }] },
    },
    "a workload made": {
      ...dry,
      method: "POST",
      path: `${apps}/deployments`,
      body: {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "x" },
        spec: {
          selector: { matchLabels: { app: "x" } },
          template: {
            metadata: { labels: { app: "x" } },
            spec: { containers: [{ name: "x", image: "x" }] },
          },
        },
      },
    },
    "a workload deleted": {
      ...dry,
      method: "DELETE",
      path: `${apps}/deployments/docker-registry`,
    },
    "all workloads deleted": { ...dry, method: "DELETE", path: `${apps}/statefulsets` },
    "a workload scaled": {
      ...dry,
      method: "PATCH",
      path: `${apps}/deployments/docker-registry/scale`,
      type: "application/merge-patch+json",
      body: { spec: { replicas: 0 } },
    },
    "a workload's status changed": {
      ...dry,
      method: "PATCH",
      path: `${apps}/deployments/docker-registry/status`,
      type: "application/merge-patch+json",
      body: { status: { replicas: 7 } },
    },
    "another workload restarted": {
      ...dry,
      method: "PATCH",
      path: `${apps}/statefulsets/cache`,
      type: "application/merge-patch+json",
      body: {
        spec: { template: { metadata: { annotations: { "ecr-pull-secrets/restarted-for": "" } } } },
      },
    },
    "another account's token": {
      ...dry,
      method: "POST",
      path: `${core}/serviceaccounts/default/token`,
      body: {},
    },
  };
  let client: ApiClient;

  beforeAll(async () => {
    const restart = ["deployment/docker-registry"];
    const wish = wishFor([{ ...linked, namespaces: "web*", restart }], { namespace: "strong" });
    await installRights(cluster, computeRights(wish));
    await cluster.kubectl(["create", "secret", "generic", "database", "--namespace=web"]);
    const account = "--serviceaccount=strong:ecr-pull-secrets";
    const binding = ["clusterrolebinding", "strong", "--clusterrole=cluster-admin", account];
    await cluster.kubectl(["create", ...binding]);
    client = cleanup.use(await clientOf(cluster, "strong"));
  });

  test.each(Object.entries(requests))("the policy refuses it: %s", async (_, request) => {
    const answer = await client.send(request);
    expect([outcomeOf(answer), answer.body.message]).toEqual([
      "policy",
      expect.stringMatching(/denied request: ecr-pull-secrets: may /),
    ]);
  });
});

test("a hundred pull secrets, each with a hundred long globs", { timeout: 60_000 }, async () => {
  const names = Array.from({ length: 100 }, (_, at) => `pull-${String(at).padStart(3, "0")}`);
  const globs = (prefix: string) =>
    Array.from({ length: 50 }, (_, at) => `${prefix}-${at}-${"x".repeat(30)}-*-${"y".repeat(10)}`);
  const wish = wishFor(
    names.map((name) => ({
      name,
      namespaces: {
        include: [...globs(name), "we?"],
        exclude: [...globs(`not-${name}`), `${name}*`],
      },
      serviceAccounts: ["default"],
    })),
    { namespace: "big" },
  );
  await installRights(cluster, computeRights(wish));
  await using client = await clientOf(cluster, "big", "pull-099");

  const write = await client.send(applySecret("pull-099", "web"));
  const elsewhere = await client.send(applySecret("pull-099", "team-a"));
  const links = await client.send({
    method: "PATCH",
    path: "/api/v1/namespaces/web/serviceaccounts/default",
    query: { dryRun: "All" },
    type: "application/merge-patch+json",
    body: { imagePullSecrets: names.map((name) => ({ name })) },
  });
  expect([write, elsewhere, links].map(outcomeOf)).toEqual(["allowed", "policy", "allowed"]);
  expect(elsewhere.body.message).toContain("where it selects the namespace");
});

async function kubeconfigOf(wish: RightsWish): Promise<string> {
  if (wish.subject.kind === "Group") return cluster.userKubeconfig("somebody", wish.subject.name);
  const rights = computeRights(wish);
  return cluster.serviceAccountKubeconfig(renderRights(rights));
}

async function prove(wish: RightsWish, api: AdminApi): Promise<readonly Proof[]> {
  const live = await admin.list({ apiVersion: "v1", kind: "Namespace" });
  const namespaces = live.map(({ metadata: { name, labels = {} } }) => {
    return { name, labels, terminating: false };
  });
  const accounts = namespaces.map(({ name }) => ({ namespace: name, name: "default" }));
  const deployment = { kind: "deployment", name: "docker-registry", namespace: "web" } as const;
  const existing = { secrets: [], accounts, workloads: [deployment] };
  const attempts = attemptsOf(wish, namespaces, existing);
  return proveRights({ rights: computeRights(wish), attempts }, api);
}
