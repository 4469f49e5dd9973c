import { describe, expect, test } from "vitest";
import type { PullSecretConfig } from "../../../src/config/stage-config.ts";
import { judge, refusal, updates } from "./policy-requests.ts";

describe("what may change of a service account", () => {
  const links = (...names: string[]) => ({ imagePullSecrets: names.map((name) => ({ name })) });
  const linked = [{ serviceAccounts: ["default"] }];
  const base = { metadata: { name: "default", resourceVersion: "1", labels: { a: "b" } } };
  const later = {
    ...base,
    metadata: { ...base.metadata, resourceVersion: "2", managedFields: [{}] },
  };

  test.each<[string, object, object, string | undefined]>([
    ["our secret is added", {}, links("ecr-pull"), undefined],
    ["our secret is added behind others", links("theirs"), links("theirs", "ecr-pull"), undefined],
    ["our secret is added before others", links("theirs"), links("ecr-pull", "theirs"), undefined],
    ["our secret is removed", links("ecr-pull", "theirs"), links("theirs"), undefined],
    ["the last one is removed", links("ecr-pull"), {}, undefined],
    ["nothing is changed", links("theirs"), links("theirs"), undefined],
    [
      "an entry without a name stays",
      { imagePullSecrets: [{}] },
      { imagePullSecrets: [{}, { name: "ecr-pull" }] },
      undefined,
    ],
    ["another secret is added", {}, links("theirs"), refusal.link],
    ["another secret is removed", links("theirs"), links("ecr-pull"), refusal.link],
    ["the others' order is changed", links("a", "b"), links("b", "a"), refusal.link],
    [
      "an entry without a name is removed",
      { imagePullSecrets: [{}] },
      links("ecr-pull"),
      refusal.link,
    ],
    ["a label", {}, { metadata: { ...base.metadata, labels: { a: "c" } } }, refusal.account],
    [
      "an annotation",
      {},
      { metadata: { ...base.metadata, annotations: { "eks.amazonaws.com/role-arn": "x" } } },
      refusal.account,
    ],
    ["a finalizer", {}, { metadata: { ...base.metadata, finalizers: ["x"] } }, refusal.account],
    [
      "an owner reference",
      {},
      { metadata: { ...base.metadata, ownerReferences: [{}] } },
      refusal.account,
    ],
    ["mounting its token", {}, { automountServiceAccountToken: true }, refusal.account],
    [
      "no longer refusing to mount it",
      { automountServiceAccountToken: false },
      {},
      refusal.account,
    ],
    ["its secrets", {}, { secrets: [{ name: "ecr-pull" }] }, refusal.account],
    ["a field of later days", {}, { impersonates: "x" }, refusal.account],
  ])("%s", (_, before, after, expected) => {
    const update = updates("web", { ...base, ...before }, { ...later, ...after });
    expect(judge(linked)(update)).toBe(expected);
  });

  test.each<[string, Partial<PullSecretConfig>[], string, string, string | undefined]>([
    ["a linked account", linked, "web", "default", undefined],
    ["an account that isn't linked", linked, "web", "builder", refusal.link],
    ["an excluded namespace", linked, "kube-system", "default", refusal.link],
    ["no links in the config", [{}], "web", "default", refusal.link],
    ["all accounts", [{ serviceAccounts: "all" }], "web", "builder", undefined],
    [
      "all accounts, in an excluded namespace",
      [{ serviceAccounts: "all" }],
      "kube-system",
      "builder",
      refusal.link,
    ],
    [
      "the accounts of another secret",
      [{}, { name: "x", serviceAccounts: ["default"] }],
      "web",
      "default",
      refusal.link,
    ],
  ])("our secret is added: %s", (_, config, namespace, name, expected) => {
    const request = { ...updates(namespace, base, { ...later, ...links("ecr-pull") }), name };
    expect(judge(config)(request)).toBe(expected);
  });

  test("a link that came before the config changed doesn't stand in the way", () => {
    const [before, after] = [links("ecr-pull"), links("ecr-pull", "x")];
    const config = [{}, { name: "x", serviceAccounts: ["default"] }];
    const update = updates("web", { ...base, ...before }, { ...later, ...after });
    expect(judge(config)(update)).toBeUndefined();
  });

  test.each(["CREATE", "DELETE"] as const)("%s of an account is refused", (operation) => {
    const request = { ...updates("web", base, base), operation };
    expect(judge([{ serviceAccounts: "all" }])(request)).toBe(refusal.account);
  });
});
