import { describe, expect, test } from "vitest";
import type { PullSecretConfig } from "../../../src/config/stage-config.ts";
import { computeRights } from "../../../src/rights/compute-rights.ts";
import type { RightsWish } from "../../../src/rights/rights.ts";
import type { AdmissionRequest, Judge } from "./judge-admission.ts";
import { created, creates, judge, refusal, user } from "./policy-requests.ts";
import { group, namespaces, objectOf, wishFor } from "./wishes.ts";

test("it refuses with 403, errors too, whatever happens to secrets, accounts and tokens", () => {
  const rights = computeRights(wishFor([{}]));
  const spec = objectOf(rights, "ValidatingAdmissionPolicy")["spec"] as {
    readonly validations: readonly { readonly reason: string }[];
  };
  expect(spec).toMatchObject({
    failurePolicy: "Fail",
    matchConstraints: {
      matchPolicy: "Equivalent",
      namespaceSelector: {},
      objectSelector: {},
      resourceRules: [
        {
          apiGroups: [""],
          apiVersions: ["*"],
          operations: ["*"],
          resources: ["secrets", "serviceaccounts", "serviceaccounts/token"],
          scope: "*",
        },
      ],
    },
  });
  expect(new Set(spec.validations.map(({ reason }) => reason))).toEqual(new Set(["Forbidden"]));
  expect(objectOf(rights, "ValidatingAdmissionPolicyBinding")["spec"]).toEqual({
    policyName: "ecr-pull-secrets",
    validationActions: ["Deny"],
  });
});

describe("whose requests it judges", () => {
  const bad = { ...creates("web"), name: "database-password" };
  const ofAccount = judge([{}]);
  const ofGroup = judge([{}], { subject: group });

  test.each<[string, Judge, Partial<AdmissionRequest>, string | undefined]>([
    ["our account's", ofAccount, { user }, refusal.place],
    ["not an administrator's", ofAccount, { user: "kubernetes-admin" }, undefined],
    [
      "not those of an account whose name begins with ours",
      ofAccount,
      { user: `${user}2` },
      undefined,
    ],
    [
      "not an account's in another namespace",
      ofAccount,
      { user: user.replace(":ecr", ":x-ecr") },
      undefined,
    ],
    ["not those of nobody", ofAccount, { groups: ["system:unauthenticated"] }, undefined],
    ["our group's", ofGroup, { user: "arn", groups: ["a", "ecr-pull-secrets"] }, refusal.place],
    ["not another group's", ofGroup, { user: "ecr-pull-secrets", groups: ["ecr"] }, undefined],
    ["not those without a group", ofGroup, { user: "ecr-pull-secrets" }, undefined],
  ])("%s", (_, judged, who, expected) => {
    const { user: _user, ...request } = bad;
    expect(judged({ ...request, ...who })).toBe(expected);
  });
});

describe("where a secret may be written", () => {
  const selection = (...args: Parameters<typeof namespaces>) => ({
    namespaces: namespaces(...args),
  });

  test.each<
    [string, Partial<PullSecretConfig>, string, Record<string, string> | undefined, boolean]
  >([
    ["all but kube-*", {}, "web", undefined, true],
    ["all but kube-*", {}, "kube-system", undefined, false],
    ["all but kube-*", {}, "my-kube-system", undefined, true],
    ["all", selection(["*"]), "kube-system", undefined, true],
    ["names", selection(["web", "api"]), "api", undefined, true],
    ["names", selection(["web", "api"]), "apis", undefined, false],
    ["one name", selection(["web"]), "webs", undefined, false],
    ["a glob", selection(["team-*"]), "team-a", undefined, true],
    ["a glob, over the whole name", selection(["team-*"]), "my-team-a", undefined, false],
    ["?", selection(["team-?"]), "team-ab", undefined, false],
    ["?", selection(["team-?"]), "team-a", undefined, true],
    ["a name and a glob", selection(["web", "team-*"]), "team-a", undefined, true],
    [
      "two globs, as alternatives of the whole name",
      selection(["a*", "*b"]),
      "xab",
      undefined,
      true,
    ],
    [
      "two globs, as alternatives of the whole name",
      selection(["a*c", "d?"]),
      "xdy",
      undefined,
      false,
    ],
    ["names but one", selection(["web", "api"], { exclude: ["api"] }), "api", undefined, false],
    ["a label", selection(["*"], { selector: "team=web" }), "x", { team: "web" }, true],
    ["a label", selection(["*"], { selector: "team=web" }), "x", { team: "api" }, false],
    ["a label that isn't there", selection(["*"], { selector: "team=web" }), "x", {}, false],
    [
      "a namespace without labels",
      selection(["*"], { selector: "team=web" }),
      "x",
      undefined,
      false,
    ],
    ["!=", selection(["*"], { selector: "pull!=no" }), "x", undefined, true],
    ["!=", selection(["*"], { selector: "pull!=no" }), "x", { pull: "no" }, false],
    ["in", selection(["*"], { selector: "t in (a,b)" }), "x", { t: "b" }, true],
    ["notin", selection(["*"], { selector: "t notin (a,b)" }), "x", { t: "b" }, false],
    ["notin", selection(["*"], { selector: "t notin (a,b)" }), "x", undefined, true],
    ["exists", selection(["*"], { selector: "t" }), "x", { t: "" }, true],
    ["absent", selection(["*"], { selector: "!t" }), "x", { t: "" }, false],
    ["all of several", selection(["*"], { selector: "t,u=1" }), "x", { t: "", u: "2" }, false],
  ])("%s: %j %s %j, %j", (_, config, namespace, namespaceLabels, allowed) => {
    const labels = namespaceLabels ? { namespaceLabels } : {};
    const found = judge([config])({ ...creates(namespace), ...labels });
    expect(found).toBe(allowed ? undefined : refusal.place);
  });

  test.each([
    ["dots are literal", "a.c*", "abc", "a.cx"],
    ["brackets are literal", "a[b-z]*", "ac", "a[b-z]x"],
    ["an alternative of its own", "a|kube-*", "kube-x", "a|kube-x"],
    ["the end of the group", "a)|(.*", "b", "a)|(.b"],
    ["anchors are literal", "$*^", "x", "$x^"],
    ["a backslash is literal", "a\\d*", "a1", "a\\dx"],
    ["the end of the text", 'a") || true || ("*', "b", 'a") || true || ("b'],
    ["a new line", "a\n*", "b", "a\nb"],
    ["many stars", "*a*a*", "bbbb", "xaxax"],
  ])("a hostile glob selects nothing else: %s", (_, glob, namespace, itsOwn) => {
    const judged = judge([{ namespaces: namespaces([glob, "other-*"]) }]);
    expect(judged(creates(namespace))).toBe(refusal.place);
    expect(judged(creates(itsOwn))).toBeUndefined();
  });

  test("a secret that the config doesn't name, nowhere", () => {
    const request = creates("web", { metadata: { ...created().metadata, name: "database" } });
    expect(judge([{}])({ ...request, name: "database" })).toBe(refusal.place);
  });

  test.each([
    ["web-pull", "web", undefined],
    ["web-pull", "api", refusal.place],
    ["api-pull", "api", undefined],
    ["api-pull", "web", refusal.place],
    ["shared", "web", undefined],
    ["shared", "batch", undefined],
    ["shared", "api", refusal.place],
  ])("of several secrets, each in its own namespaces: %s in %s", (name, namespace, expected) => {
    const judged = judge([
      { name: "web-pull", namespaces: namespaces(["web*"]) },
      { name: "api-pull", namespaces: namespaces(["api"]) },
      { name: "shared", namespaces: namespaces(["web*"]) },
      { name: "shared", namespaces: namespaces(["batch"]) },
    ]);
    expect(judged({ ...creates(namespace), name })).toBe(expected);
  });

  test("nowhere, for a config that wants nothing in this cluster", () => {
    expect(judge([])(creates("web"))).toBe(refusal.place);
  });

  test("a name with a quote in it stays a name", () => {
    const name = 'x" || true || "';
    const judged = judge([{ name }]);
    expect(judged(creates("web"))).toBe(refusal.place);
    expect(judged({ ...creates("web"), name })).toBeUndefined();
  });
});

describe("whose token may be made", () => {
  test.each<[string, string, string, Partial<RightsWish>, string | undefined]>([
    ["its own", "ecr-pull-secrets", "ecr-pull-secrets", {}, undefined],
    ["not another's", "ecr-pull-secrets", "default", {}, refusal.token],
    ["not its namesake's", "web", "ecr-pull-secrets", {}, refusal.token],
    ["a group has none", "ecr-pull-secrets", "ecr-pull-secrets", { subject: group }, refusal.token],
  ])("%s", (_, namespace, name, more, expected) => {
    const request = {
      user,
      groups: ["ecr-pull-secrets"],
      kind: "TokenRequest",
      namespace,
      name,
    } as const;
    expect(judge([{}], more)({ ...request, object: { spec: {} } })).toBe(expected);
  });
});
