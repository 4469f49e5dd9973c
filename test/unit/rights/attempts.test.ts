import { describe, expect, test } from "vitest";
import type { PullSecretConfig } from "../../../src/config/stage-config.ts";
import type { Attempt } from "../../../src/rights/access.ts";
import { attemptsOf } from "../../../src/rights/attempts.ts";
import { computeRights } from "../../../src/rights/compute-rights.ts";
import type { RightsWish } from "../../../src/rights/rights.ts";
import { namespace } from "../refresh/builders.ts";
import { isGranted } from "./grant.ts";
import { judgeBy } from "./judge-admission.ts";
import { created, user } from "./policy-requests.ts";
import { namespaces, objectOf, wishFor } from "./wishes.ts";

const linked = { serviceAccounts: ["default"] };
const cluster = [namespace("kube-system"), namespace("kube-public"), namespace("web")];
const secret = (inNamespace: string, name = "ecr-pull") => ({ namespace: inNamespace, name });
const existing = {
  secrets: [secret("web"), secret("kube-public")],
  accounts: [secret("web", "builder"), secret("web", "default")],
};
const noSecrets = { ...existing, secrets: [] };
const named = { namespaces: namespaces(["web", "api"]) };

const registry = { kind: "deployment", name: "registry" } as const;
const opaque = { type: "opaque", username: "user", password: "pass" } as const;

const scenes: [
  string,
  Partial<PullSecretConfig>[],
  Parameters<typeof attemptsOf>[1],
  Parameters<typeof attemptsOf>[2],
  string[],
][] = [
  [
    "before the first sweep",
    [linked],
    cluster,
    noSecrets,
    [
      "make secret kube-system/ecr-pull hold another account's token",
      "make secret web/ecr-pull hold another account's token",
      "write secret kube-system/ecr-pull, which the config doesn't want there",
      "add a foreign annotation to secret web/ecr-pull",
      "add a foreign annotation to service account web/default",
    ],
  ],
  [
    "where every namespace has its secret, no other type can be tried",
    [linked],
    cluster,
    existing,
    [
      "make secret kube-system/ecr-pull hold another account's token",
      "write secret kube-system/ecr-pull, which the config doesn't want there",
      "add a foreign annotation to secret web/ecr-pull",
      "add a foreign annotation to service account web/default",
    ],
  ],
  [
    "where nothing is excluded",
    [{ namespaces: namespaces(["*"]) }],
    cluster,
    undefined,
    [
      "make secret kube-system/ecr-pull hold another account's token",
      "make secret kube-public/ecr-pull hold another account's token",
      "add a foreign annotation to secret kube-system/ecr-pull",
    ],
  ],
  [
    "in namespaces that are named",
    [{ ...named, serviceAccounts: "all" }],
    cluster,
    noSecrets,
    [
      "make secret kube-system/ecr-pull hold another account's token",
      "make secret web/ecr-pull hold another account's token",
      "write secret kube-system/ecr-pull, which the config doesn't want there",
      "add a foreign annotation to secret web/ecr-pull",
      "add a foreign annotation to service account web/builder",
    ],
  ],
  [
    "in namespaces that are named, and that nobody may list",
    [{ ...named, serviceAccounts: ["builder"] }],
    undefined,
    existing,
    [
      "make secret kube-system/ecr-pull hold another account's token",
      "write secret kube-system/ecr-pull, which the config doesn't want there",
      "add a foreign annotation to secret web/ecr-pull",
      "add a foreign annotation to service account web/builder",
    ],
  ],
  [
    "an account that isn't there is left out, also `default`",
    [linked],
    cluster,
    undefined,
    [
      "make secret kube-system/ecr-pull hold another account's token",
      "make secret web/ecr-pull hold another account's token",
      "write secret kube-system/ecr-pull, which the config doesn't want there",
      "add a foreign annotation to secret web/ecr-pull",
    ],
  ],
  [
    "an account that may not exist is left out",
    [{ serviceAccounts: ["robot"] }],
    cluster,
    existing,
    [
      "make secret kube-system/ecr-pull hold another account's token",
      "write secret kube-system/ecr-pull, which the config doesn't want there",
      "add a foreign annotation to secret web/ecr-pull",
    ],
  ],
  [
    "a namespace that is being deleted is left out",
    [{ ...linked, namespaces: namespaces(["web"]) }],
    [namespace("web", { terminating: true }), namespace("kube-system", { terminating: true })],
    undefined,
    [],
  ],
  [
    "workloads that restart, where one is there",
    [{ name: "x" }, { restart: [{ kind: "statefulset", name: "cache" }, registry] }],
    cluster,
    {
      ...existing,
      secrets: cluster.flatMap(({ name }) => [secret(name), secret(name, "x")]),
      workloads: [
        { kind: "deployment", ...secret("kube-system", "registry") },
        { kind: "daemonset", ...secret("web", "registry") },
        { kind: "deployment", ...secret("web", "registry") },
      ],
    },
    [
      "add a foreign annotation to secret web/ecr-pull",
      "run another image in deployment web/registry",
      "add a foreign annotation to the pods of deployment web/registry",
    ],
  ],
  [
    "a secret that pods read, before the first sweep",
    [{ name: "x" }, { format: opaque }],
    cluster,
    undefined,
    [
      "make secret kube-system/ecr-pull hold another account's token",
      "make secret web/ecr-pull hold another account's token",
      "write secret kube-system/ecr-pull, which the config doesn't want there",
      "add a foreign annotation to secret web/ecr-pull",
      "add a foreign key to secret web/ecr-pull",
    ],
  ],
  ["a config that wants nothing here", [], cluster, undefined, []],
];

describe.each(scenes)("%s", (_, config, listed, held, expected) => {
  const wish = wishFor(config);
  const attempts = attemptsOf(wish, listed, held);
  const refused = attempts.filter(({ attempt }) => !isAllowed(wish, attempt));
  const refusedWithoutPolicy = attempts.filter(
    ({ attempt }) => !isAllowed({ ...wish, withPolicy: false }, attempt),
  );

  test("tries what can be tried", () => {
    expect(attempts.map(({ what }) => what)).toEqual(expected);
  });

  test("the rights refuse each", () => {
    expect(refused).toEqual(attempts);
  });

  test("without the policy, they refuse just those that don't need it", () => {
    expect(refusedWithoutPolicy).toEqual(attempts.filter(({ needsPolicy }) => !needsPolicy));
  });
});

test("a secret that may be tried stands for those that may not", () => {
  const config = [{ name: "a" }, { name: "b" }];
  const secrets = cluster.map(({ name }) => secret(name, "a"));
  const [first] = attemptsOf(wishFor(config), cluster, { secrets, accounts: [] });
  expect(first?.what).toBe("make secret kube-system/b hold another account's token");
});

/** By the roles of a wish, and by its policy if it has one. */
function isAllowed(wish: RightsWish, attempt: Attempt): boolean {
  const rights = computeRights(wish);
  const target =
    attempt.kind === "apply"
      ? { ...attempt.object.metadata, kind: attempt.object.kind }
      : attempt.ref;
  const { kind, name, namespace: inNamespace = "" } = target;
  const group = kind === "Deployment" ? "apps" : "";
  const resource = `${kind.toLowerCase()}s`;
  const question = { verb: "patch", group, resource, namespace: inNamespace, name };
  const cluster = { verb: "patch", group, resource, name };
  if (!isGranted(rights.objects, question) && !isGranted(rights.objects, cluster)) return false;
  if (!wish.withPolicy) return true;
  const judge = judgeBy(objectOf(rights, "ValidatingAdmissionPolicy"));
  const what = { user, kind: kind as "Secret", namespace: inNamespace, name };
  return judge({ ...what, ...change(attempt) }) === undefined;
}

function change(attempt: Attempt) {
  if (attempt.kind === "apply") return { operation: "CREATE", object: attempt.object } as const;
  const { kind, name } = attempt.ref;
  const oldObject = kind === "Secret" ? created() : { metadata: { name } };
  return { operation: "UPDATE", oldObject, object: merged(oldObject, attempt.patch) } as const;
}

/** As far as these patches go: RFC 7386 without removals. */
function merged(target: object, patch: object): object {
  const entries = Object.entries(patch).map(([key, value]) => {
    const before: unknown = Reflect.get(target, key);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return [key, isObject ? merged(before === undefined ? {} : Object(before), value) : value];
  });
  return { ...target, ...Object.fromEntries(entries) };
}
