/**
 * What may somebody do who steals a registered cluster's credential? Every verb on everything that
 * the API server lists, and the known ways from few rights to many, on a real control plane. What is
 * measured here stands in docs/security.md.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { computeRights } from "../../../src/rights/compute-rights.ts";
import { type ControlPlane, startControlPlane } from "../parts/control-plane.ts";
import { wishFor } from "../sweep/rights.ts";
import { type ApiClient, createApiClient, outcomeOf } from "./api-client.ts";
import { attack, namespaceOf, type Trial } from "./attack.ts";
import { attackTable, type EscalationResult, escalationTable } from "./attack-table.ts";
import { type Escalation, held, pastRbac } from "./escalations.ts";
import { againstRbac } from "./rbac-escalations.ts";
import {
  applySecret,
  awsSession,
  clientOf,
  installRights,
  makeWorkload,
  regcred,
  restarted,
  until,
} from "./scene.ts";
import { stealToken, theft } from "./steal-token.ts";

const namespaces = { include: ["*"], exclude: ["kube-*"], selector: "pull-ecr!=no" };
const config = [
  { name: "ecr-pull", namespaces, serviceAccounts: ["default"] },
  {
    name: regcred.name,
    namespaces,
    format: { type: "opaque", username: "proxyUsername", password: "proxyPassword" },
    restart: [`deployment/${restarted}`],
  },
  {
    name: awsSession.name,
    namespaces,
    format: { type: "awsCredentials", roleArn: "arn:aws:iam::111122223333:role/pods" },
    registries: undefined,
  },
];
const docs = join(import.meta.dirname, "../../../docs/security.md");

let cluster: ControlPlane;
let thief: ApiClient;
let trials: readonly Trial[];
let escalated: readonly EscalationResult[];

beforeAll(async () => {
  cluster = await startControlPlane({ controllerManager: true });
  await furnish();
  await installRights(cluster, computeRights(wishFor(config)));
  await makeWorkload(cluster, namespaceOf.own);
  thief = await clientOf(cluster, namespaceOf.own);
  for (const namespace of [held.ours, namespaceOf.own]) {
    await thief.send(applySecret("ecr-pull", namespace, { dryRun: false }));
    await thief.send(applySecret(regcred.name, namespace, { ...regcred.shape, dryRun: false }));
  }
  trials = await attack(thief);
  const withPolicy = await escalate();
  const binding = "validatingadmissionpolicybinding/ecr-pull-secrets";
  await cluster.kubectl(["delete", binding]);
  await until("the policy is no longer in effect", async () => {
    const answer = await thief.send(applySecret("ecr-pull", "kube-system"));
    return outcomeOf(answer) === "allowed";
  });
  const withoutPolicy = await escalate();
  escalated = [...withPolicy].map(([what, outcome]) => {
    return { what, withPolicy: outcome, withoutPolicy: withoutPolicy.get(what) ?? "" };
  });
});

afterAll(async () => {
  await thief?.[Symbol.asyncDispose]();
  await cluster?.stop();
});

describe("with the credential of a registered cluster", () => {
  test("just what the design allows succeeds", () => {
    const open = trials.filter(({ outcome }) => outcome !== "RBAC" && outcome !== "policy");
    expect(open.map(describeTrial)).toEqual([
      "list namespaces, cluster-wide",
      "list namespaces web, cluster-wide",
      "get secrets ecr-pull, target",
      "patch secrets ecr-pull, target",
      "get secrets ecr-regcred, target",
      "patch secrets ecr-regcred, target",
      "list secrets ecr-pull, target",
      "list secrets ecr-regcred, target",
      // Reading is never shown to admission: by these names, it reaches everywhere.
      "get secrets ecr-pull, excluded",
      "get secrets ecr-regcred, excluded",
      "list secrets ecr-pull, excluded",
      "list secrets ecr-regcred, excluded",
      "get secrets ecr-pull, not selected",
      "get secrets ecr-regcred, not selected",
      "list secrets ecr-pull, not selected",
      "list secrets ecr-regcred, not selected",
      "get secrets ecr-pull, own",
      "patch secrets ecr-pull, own",
      "get secrets ecr-regcred, own",
      "patch secrets ecr-regcred, own",
      "list secrets ecr-pull, own",
      "list secrets ecr-regcred, own",
      "list secrets ecr-pull, cluster-wide",
      "list secrets ecr-regcred, cluster-wide",
      "patch serviceaccounts default, target",
      "list serviceaccounts default, target",
      "list serviceaccounts default, excluded",
      "list serviceaccounts default, not selected",
      "patch serviceaccounts default, own",
      "list serviceaccounts default, own",
      "list serviceaccounts default, cluster-wide",
      "create serviceaccounts/token ecr-pull-secrets, own",
      // The annotation that restarts it; the attempts below try the rest.
      "patch deployments.apps docker-registry, target",
      "list deployments.apps docker-registry, target",
      "list deployments.apps docker-registry, excluded",
      "list deployments.apps docker-registry, not selected",
      "patch deployments.apps docker-registry, own",
      "list deployments.apps docker-registry, own",
      "list deployments.apps docker-registry, cluster-wide",
      // Everybody who is authenticated may ask who they are and what they may.
      "create selfsubjectreviews.authentication.k8s.io, cluster-wide",
      "create selfsubjectaccessreviews.authorization.k8s.io, cluster-wide",
      "create selfsubjectrulesreviews.authorization.k8s.io, cluster-wide",
    ]);
  });

  test("the policy refuses what RBAC can't tell apart", () => {
    const stopped = trials.filter(({ outcome }) => outcome === "policy");
    expect(stopped.map(describeTrial)).toEqual([
      "patch secrets ecr-pull, excluded",
      "patch secrets ecr-regcred, excluded",
      "patch secrets ecr-pull, not selected",
      "patch secrets ecr-regcred, not selected",
      "patch serviceaccounts default, excluded",
      "patch serviceaccounts default, not selected",
      "patch deployments.apps docker-registry, excluded",
      "patch deployments.apps docker-registry, not selected",
    ]);
  });

  test("nothing is left out: each place, verb and resource was tried", () => {
    expect(trials.length).toBeGreaterThan(2_500);
    expect(new Set(trials.map(({ resource }) => resource))).toContain("pods/exec");
  });

  test("no known escalation succeeds", () => {
    const outcomes = escalated.map(({ withPolicy }) => withPolicy);
    expect(new Set(outcomes)).toEqual(new Set(["policy", "RBAC"]));
  });
});

describe("with RBAC alone", () => {
  test("the credential becomes an administrator's", () => {
    const stolen = escalated.find(({ what }) => what === theft);
    expect(stolen).toEqual({ what: theft, withPolicy: "policy", withoutPolicy: "allowed" });
  });

  test("whatever the policy refused succeeds", () => {
    const policed = escalated.filter(({ withPolicy }) => withPolicy === "policy");
    expect(policed.map(({ what }) => what)).toEqual([theft, ...pastRbac.map(({ what }) => what)]);
    expect(policed.filter(({ withoutPolicy }) => withoutPolicy !== "allowed")).toEqual([]);
  });
});

describe("docs/security.md shows", () => {
  test.each([
    ["what the credential may do", () => attackTable(trials)],
    ["what stops the known escalations", () => escalationTable(escalated)],
  ])("%s, as measured", async (_, measured) => {
    expect(await readFile(docs, "utf8")).toContain(measured());
  });
});

describe("once the service account is deleted", () => {
  test("neither its token nor one that it made for itself is good for anything", async () => {
    const own = "/api/v1/namespaces/ecr-pull-secrets/serviceaccounts/ecr-pull-secrets";
    const body = { spec: { expirationSeconds: 365 * 24 * 3600 } };
    const made = await thief.send({ method: "POST", path: `${own}/token`, body });
    await using renewed = createApiClient(cluster, made.body.status.token);
    const list = { method: "GET", path: "/api/v1/namespaces" } as const;
    expect((await renewed.send(list)).status).toBe(200);
    await cluster.kubectl([
      "delete",
      "--namespace=ecr-pull-secrets",
      "serviceaccount/ecr-pull-secrets",
    ]);
    // Its cache of tokens lives for 10 s.
    await until("both are refused", async () => {
      const answers = await Promise.all([thief.send(list), renewed.send(list)]);
      return answers.every(({ status }) => status === 401);
    });
  });
});

async function furnish(): Promise<void> {
  const namespaces = [held.ours, held.nothing, held.theirs, namespaceOf["not selected"]];
  for (const namespace of namespaces) await cluster.kubectl(["create", "namespace", namespace]);
  await cluster.kubectl(["label", "namespace", namespaceOf["not selected"], "pull-ecr=no"]);
  const inTarget = `--namespace=${namespaceOf.target}`;
  await cluster.kubectl(["create", "secret", "generic", "database", inTarget]);
  await cluster.kubectl(["create", "serviceaccount", "builder", inTarget]);
  for (const namespace of Object.values(namespaceOf)) {
    if (namespace !== namespaceOf.own) await makeWorkload(cluster, namespace);
  }
  const login = ["--docker-username=x", "--docker-password=y"];
  for (const namespace of [held.theirs, namespaceOf.excluded, namespaceOf["not selected"]]) {
    const secret = ["secret", "docker-registry", "ecr-pull", ...login];
    await cluster.kubectl(["create", ...secret, "--namespace", namespace]);
  }
  for (const namespace of [namespaceOf.excluded, namespaceOf["not selected"]]) {
    const secret = ["secret", "generic", regcred.name, "--namespace", namespace];
    await cluster.kubectl(["create", ...secret, "--from-literal=proxyPassword=theirs"]);
  }
  await until("the default account is there", () =>
    linkTheirs().then(
      () => true,
      () => false,
    ),
  );
}

function linkTheirs() {
  const patch = JSON.stringify({ imagePullSecrets: [{ name: "theirs" }] });
  const account = ["serviceaccount", "default", "--namespace", held.theirs];
  return cluster.kubectl(["patch", ...account, "--type=merge", "--patch", patch]);
}

async function escalate(): Promise<ReadonlyMap<string, string>> {
  const outcomes = new Map<string, string>([[theft, await stealToken(thief, cluster)]]);
  for (const { what, request } of [...pastRbac, ...againstRbac] satisfies Escalation[]) {
    outcomes.set(what, outcomeOf(await thief.send(request)));
  }
  return outcomes;
}

function describeTrial({ verb, resource, name, place, outcome }: Trial): string {
  const which = name === undefined ? "" : ` ${name}`;
  const status = outcome.startsWith("status") ? `: ${outcome}` : "";
  return `${verb} ${resource}${which}, ${place}${status}`;
}
