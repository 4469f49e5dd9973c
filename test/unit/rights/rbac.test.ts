import { describe, expect, test } from "vitest";
import type { PullSecretConfig } from "../../../src/config/stage-config.ts";
import { computeRights } from "../../../src/rights/compute-rights.ts";
import { formatRef, refOf } from "../../../src/rights/kubernetes-object.ts";
import type { RightsWish } from "../../../src/rights/rights.ts";
import { group, namespaces, objectOf, wishFor } from "./wishes.ts";

const account = ["Namespace ecr-pull-secrets", "ServiceAccount ecr-pull-secrets/ecr-pull-secrets"];
const tokenRole = ["Role", "RoleBinding"].map(
  (kind) => `${kind} ecr-pull-secrets/ecr-pull-secrets-token`,
);
const clusterRole = ["ClusterRole ecr-pull-secrets", "ClusterRoleBinding ecr-pull-secrets"];
const policy = [
  "ValidatingAdmissionPolicy ecr-pull-secrets",
  "ValidatingAdmissionPolicyBinding ecr-pull-secrets",
];
const rolesIn = (namespace: string) =>
  ["Role", "RoleBinding"].map((kind) => `${kind} ${namespace}/ecr-pull-secrets`);
const named = [{ namespaces: namespaces(["web", "api"]) }];

describe("the objects, in order, what bounds the rights before what grants them", () => {
  test.each<[string, Partial<PullSecretConfig>[], Partial<RightsWish>, string[]]>([
    ["globs", [{}], {}, [...account, ...policy, ...clusterRole, ...tokenRole]],
    [
      "names",
      named,
      {},
      [...account, ...policy, ...rolesIn("api"), ...rolesIn("web"), ...tokenRole],
    ],
    ["a group", [{}], { subject: group }, [...policy, ...clusterRole]],
    ["no policy", [{}], { withPolicy: false }, [...account, ...clusterRole, ...tokenRole]],
    [
      "its own namespace among the names",
      [{ namespaces: namespaces(["ecr-pull-secrets"]) }],
      {},
      [...account, ...policy, ...rolesIn("ecr-pull-secrets"), ...tokenRole],
    ],
    [
      "names and a glob",
      [...named, { name: "x" }],
      {},
      [...account, ...policy, ...clusterRole, ...tokenRole],
    ],
    ["nothing", [], {}, [...account, ...policy, ...tokenRole]],
  ])("%s", (_, config, more, expected) => {
    const { objects } = computeRights(wishFor(config, more));
    expect(objects.map((object) => formatRef(refOf(object)))).toEqual(expected);
  });

  test("another namespace of ours gives them all another name", () => {
    const subject = { kind: "ServiceAccount", namespace: "ops", name: "ecr-pull-secrets" } as const;
    const { objects } = computeRights(wishFor(named, { namespace: "ops", subject }));
    expect(objects.map((object) => formatRef(refOf(object)))).toEqual([
      "Namespace ops",
      "ServiceAccount ops/ecr-pull-secrets",
      "ValidatingAdmissionPolicy ecr-pull-secrets.ops",
      "ValidatingAdmissionPolicyBinding ecr-pull-secrets.ops",
      "Role api/ecr-pull-secrets.ops",
      "RoleBinding api/ecr-pull-secrets.ops",
      "Role web/ecr-pull-secrets.ops",
      "RoleBinding web/ecr-pull-secrets.ops",
      "Role ops/ecr-pull-secrets-token",
      "RoleBinding ops/ecr-pull-secrets-token",
    ]);
  });

  test("each says which deployment and cluster it belongs to", () => {
    const { objects } = computeRights(wishFor([{}]));
    const marks = objects.map(({ metadata: { labels, annotations } }) => ({ labels, annotations }));
    expect(new Set(marks.map((mark) => JSON.stringify(mark))).size).toBe(1);
    expect(marks[0]).toEqual({
      labels: { "app.kubernetes.io/managed-by": "ecr-pull-secrets" },
      annotations: {
        "ecr-pull-secrets/owner": "123456789012/us-east-1/prod",
        "ecr-pull-secrets/cluster": "prod-eu",
      },
    });
  });
});

test("no pod gets the account's token", () => {
  const account = objectOf(computeRights(wishFor([{}])), "ServiceAccount");
  expect(account["automountServiceAccountToken"]).toBe(false);
});

describe("the rules", () => {
  const list = { apiGroups: [""], resources: ["namespaces"], verbs: ["list"] };
  const secrets = (
    resourceNames: readonly string[],
    verbs = ["list", "get", "create", "patch"],
  ) => {
    return { apiGroups: [""], resources: ["secrets"], resourceNames, verbs };
  };
  const accounts = (resourceNames?: readonly string[]) => {
    const rule = { apiGroups: [""], resources: ["serviceaccounts"], verbs: ["list", "patch"] };
    return resourceNames ? { ...rule, resourceNames } : rule;
  };

  const workloads = (resource: string, resourceNames: readonly string[]) => {
    return { apiGroups: ["apps"], resources: [resource], resourceNames, verbs: ["list", "patch"] };
  };
  const registry = { kind: "deployment", name: "registry" } as const;

  test.each<[string, Partial<PullSecretConfig>[], object[]]>([
    ["secrets by name", [{}], [list, secrets(["ecr-pull"])]],
    [
      "delete for those that are pruned",
      [{ prune: true }, { name: "x" }],
      [list, secrets(["ecr-pull", "x"]), secrets(["ecr-pull"], ["delete"])],
    ],
    [
      "accounts by name",
      [{ serviceAccounts: ["b", "a"] }, { name: "x", serviceAccounts: ["b"] }],
      [list, secrets(["ecr-pull", "x"]), accounts(["a", "b"])],
    ],
    [
      "all accounts",
      [{ serviceAccounts: "all" }, { name: "x", serviceAccounts: ["b"] }],
      [list, secrets(["ecr-pull", "x"]), accounts()],
    ],
    [
      "workloads by kind and name",
      [
        { restart: [registry, { kind: "statefulset", name: "cache" }] },
        { name: "x", restart: [registry, { kind: "deployment", name: "api" }] },
      ],
      [
        list,
        secrets(["ecr-pull", "x"]),
        workloads("deployments", ["api", "registry"]),
        workloads("statefulsets", ["cache"]),
      ],
    ],
    [
      "one name in several places",
      [{ namespaces: namespaces(["a*"]) }, { namespaces: namespaces(["b*"]) }],
      [list, secrets(["ecr-pull"])],
    ],
  ])("cluster-wide: %s", (_, config, expected) => {
    expect(objectOf(computeRights(wishFor(config)), "ClusterRole")["rules"]).toEqual(expected);
  });

  test("in each named namespace only what is wanted there", () => {
    const { objects } = computeRights(
      wishFor([
        { namespaces: namespaces(["web"]), serviceAccounts: ["default"] },
        {
          name: "x",
          namespaces: namespaces(["web", "api", "old"], { exclude: ["ol?"] }),
          prune: true,
        },
        {
          name: "y",
          namespaces: namespaces(["db"]),
          serviceAccounts: "all",
          restart: [{ kind: "daemonset", name: "agent" }],
        },
      ]),
    );
    const rules = objects
      .filter(({ kind, metadata }) => kind === "Role" && metadata.name === "ecr-pull-secrets")
      .map((role) => [role.metadata.namespace, role["rules"]]);
    expect(rules).toEqual([
      ["api", [secrets(["x"]), secrets(["x"], ["delete"])]],
      ["db", [secrets(["y"]), accounts(), workloads("daemonsets", ["agent"])]],
      ["web", [secrets(["ecr-pull", "x"]), secrets(["x"], ["delete"]), accounts(["default"])]],
    ]);
  });

  test("a token of itself alone", () => {
    const role = objectOf(computeRights(wishFor([{}])), "Role", "ecr-pull-secrets-token");
    expect(role["rules"]).toEqual([
      {
        apiGroups: [""],
        resources: ["serviceaccounts/token"],
        resourceNames: ["ecr-pull-secrets"],
        verbs: ["create"],
      },
    ]);
  });

  test.each([
    [
      "an account",
      {},
      { kind: "ServiceAccount", name: "ecr-pull-secrets", namespace: "ecr-pull-secrets" },
    ],
    [
      "a group",
      { subject: group },
      { apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "ecr-pull-secrets" },
    ],
  ])("are bound to %s", (_, more, subject) => {
    const binding = objectOf(computeRights(wishFor([{}], more)), "ClusterRoleBinding");
    expect(binding["subjects"]).toEqual([subject]);
    expect(binding["roleRef"]).toEqual({
      apiGroup: "rbac.authorization.k8s.io",
      kind: "ClusterRole",
      name: "ecr-pull-secrets",
    });
  });
});
