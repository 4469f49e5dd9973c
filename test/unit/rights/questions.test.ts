import { describe, expect, test } from "vitest";
import type { PullSecretConfig } from "../../../src/config/stage-config.ts";
import { computeRights } from "../../../src/rights/compute-rights.ts";
import { describeQuestion } from "../../../src/rights/describe-question.ts";
import type { RightsWish } from "../../../src/rights/rights.ts";
import { isGranted } from "./grant.ts";
import { group, namespaces, wishFor } from "./wishes.ts";

const restart = [
  { kind: "deployment", name: "registry" },
  { kind: "statefulset", name: "cache" },
  { kind: "daemonset", name: "agent" },
] as const;

const configs: [string, Partial<PullSecretConfig>[], Partial<RightsWish>][] = [
  ["all namespaces", [{}], {}],
  [
    "two secrets, prune and links",
    [{ prune: true }, { name: "x", serviceAccounts: ["default"] }],
    {},
  ],
  ["all accounts", [{ serviceAccounts: "all" }], {}],
  ["named namespaces", [{ namespaces: namespaces(["web", "api"]), serviceAccounts: "all" }], {}],
  ["kube-system by name", [{ namespaces: namespaces(["kube-system"]), prune: true }], {}],
  ["a group", [{ serviceAccounts: ["default"] }], { subject: group }],
  ["secrets that are called like the probe", [{ name: "not-a-pull-secret" }], {}],
  ["workloads", [{ restart }], {}],
  ["workloads in named namespaces", [{ namespaces: namespaces(["web"]), restart }], {}],
  ["nothing", [], {}],
];

describe.each(configs)("%s", (_, config, more) => {
  const { objects, needed, forbidden } = computeRights(wishFor(config, more));

  test("the roles grant all that is needed", () => {
    const missing = needed.filter((question) => !isGranted(objects, question));
    expect(missing.map(describeQuestion)).toEqual([]);
  });

  test("the roles grant nothing that is forbidden", () => {
    const excess = forbidden.filter((question) => isGranted(objects, question));
    expect(excess.map(describeQuestion)).toEqual([]);
  });

  test("no question is asked twice", () => {
    const all = [...needed, ...forbidden].map((question) => JSON.stringify(question));
    expect(new Set(all).size).toBe(all.length);
  });
});

test("all that a sweep asks of a cluster is needed, and nothing else", () => {
  const config = [{ serviceAccounts: ["default"], prune: true }];
  expect(computeRights(wishFor(config)).needed.map(describeQuestion)).toEqual([
    "list namespaces",
    "list secrets ecr-pull in all namespaces",
    "get secrets ecr-pull in all namespaces",
    "create secrets ecr-pull in all namespaces",
    "patch secrets ecr-pull in all namespaces",
    "delete secrets ecr-pull in all namespaces",
    "list serviceaccounts default in all namespaces",
    "patch serviceaccounts default in all namespaces",
    "create serviceaccounts/token ecr-pull-secrets in namespace ecr-pull-secrets",
  ]);
});

test("workloads that restart are listed and patched, by name", () => {
  const { needed } = computeRights(wishFor([{ restart }], { subject: group }));
  expect(needed.map(describeQuestion).slice(5)).toEqual(
    ["daemonsets.apps agent", "deployments.apps registry", "statefulsets.apps cache"].flatMap(
      (which) => [`list ${which} in all namespaces`, `patch ${which} in all namespaces`],
    ),
  );
});

test.each([
  "patch any deployments.apps in all namespaces",
  "create any deployments.apps in all namespaces",
  "create any statefulsets.apps in all namespaces",
  "update daemonsets.apps agent in namespace web",
  "delete deployments.apps registry in namespace web",
  "patch deployments/scale.apps registry in namespace web",
  "patch deployments.apps registry in all namespaces",
  "patch statefulsets.apps cache in namespace kube-system",
])("where workloads restart, it is forbidden to %s", (question) => {
  const { forbidden } = computeRights(wishFor([{ namespaces: namespaces(["web"]), restart }]));
  expect(forbidden.map(describeQuestion)).toContain(question);
});

test("in named namespaces, each is asked for itself", () => {
  const config = [
    { namespaces: namespaces(["web"]) },
    { name: "x", namespaces: namespaces(["api"]), serviceAccounts: "all" as const },
  ];
  expect(computeRights(wishFor(config, { subject: group })).needed.map(describeQuestion)).toEqual([
    ...["list", "get", "create", "patch"].map((verb) => `${verb} secrets x in namespace api`),
    "list any serviceaccounts in namespace api",
    "patch any serviceaccounts in namespace api",
    ...["list", "get", "create", "patch"].map(
      (verb) => `${verb} secrets ecr-pull in namespace web`,
    ),
  ]);
});

test.each([
  ["get any secrets in all namespaces"],
  ["list any secrets in all namespaces"],
  ["get secrets not-a-pull-secret in all namespaces"],
  ["create secrets not-a-pull-secret in namespace kube-system"],
  ["delete secrets ecr-pull in all namespaces"],
  ["patch any serviceaccounts in all namespaces"],
  ["create serviceaccounts/token clusterrole-aggregation-controller in namespace kube-system"],
  ["impersonate users"],
  ["bind clusterroles.rbac.authorization.k8s.io"],
  ["escalate clusterroles.rbac.authorization.k8s.io"],
  ["create any rolebindings.rbac.authorization.k8s.io in all namespaces"],
  ["delete validatingadmissionpolicies.admissionregistration.k8s.io"],
  ["create any pods/exec in all namespaces"],
  ["get nodes/proxy"],
])("it is forbidden to %s", (question) => {
  const { forbidden } = computeRights(wishFor([{}]));
  expect(forbidden.map(describeQuestion)).toContain(question);
});
