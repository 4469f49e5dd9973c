import { describe, expect, test } from "vitest";
import type { PullSecretConfig } from "../../../src/config/stage-config.ts";
import { created, creates, judge, ours, ownerKey, refusal, user } from "./policy-requests.ts";

describe("what a secret may hold", () => {
  const { metadata } = created();
  const { annotations } = metadata;
  const before = { ...created(), data: { ".dockerconfigjson": "b2xk" } };

  test.each<[string, object, string | undefined]>([
    ["what a sweep writes", created(), undefined],
    [
      "another account's token",
      { ...created(), type: "kubernetes.io/service-account-token" },
      refusal.type,
    ],
    ["arbitrary keys", { ...created(), type: "Opaque" }, refusal.type],
    ["a bootstrap token", { ...created(), type: "bootstrap.kubernetes.io/token" }, refusal.type],
    [
      "a foreign annotation",
      withMetadata({ annotations: { ...annotations, "reflector/allowed": "true" } }),
      refusal.fields,
    ],
    [
      "an annotation that only looks like ours",
      withMetadata({ annotations: { ...annotations, "ecr-pull-secrets.io/a": "" } }),
      refusal.fields,
    ],
    [
      "a foreign label",
      withMetadata({ labels: { ...metadata.labels, team: "web" } }),
      refusal.fields,
    ],
    [
      "our label with another value",
      withMetadata({ labels: { "app.kubernetes.io/managed-by": "Helm" } }),
      refusal.fields,
    ],
    ["a finalizer", withMetadata({ finalizers: ["example.com/stay"] }), refusal.fields],
    ["an owner reference", withMetadata({ ownerReferences: [{ name: "x" }] }), refusal.fields],
    ["that it can't be changed again", { ...created(), immutable: true }, refusal.fields],
    [
      "another deployment's mark",
      withMetadata({ annotations: { [ownerKey]: "other" } }),
      refusal.owner,
    ],
    ["nobody's mark", withMetadata({ annotations: {} }), refusal.owner],
    ["no annotations at all", withMetadata({ annotations: undefined }), refusal.owner],
  ])("%s", (_, object, expected) => {
    const clean = JSON.parse(JSON.stringify(object));
    const creation = { ...creates("web"), object: clean };
    expect(judge([{}])(creation)).toBe(expected);
    const update = { ...creation, operation: "UPDATE", oldObject: before } as const;
    expect(judge([{}])(update)).toBe(expected);
  });

  test.each<[string, object, string | undefined]>([
    ["others' labels and annotations stay", foreignMetadata({}), undefined],
    [
      "a label of others is taken away",
      foreignMetadata({ labels: metadata.labels }),
      refusal.fields,
    ],
    [
      "a label of others is changed",
      foreignMetadata({ labels: { ...metadata.labels, team: "api" } }),
      refusal.fields,
    ],
    ["our label is taken away", foreignMetadata({ labels: { team: "web" } }), refusal.fields],
    ["an annotation of others is taken away", foreignMetadata({ annotations }), refusal.fields],
    [
      "an annotation of others is changed",
      foreignMetadata({ annotations: { ...annotations, note: "y" } }),
      refusal.fields,
    ],
    ["a finalizer of others is taken away", foreignMetadata({ finalizers: [] }), refusal.fields],
    [
      "a stamp of ours goes",
      foreignMetadata({ annotations: { [ownerKey]: ours, note: "x" } }),
      undefined,
    ],
  ])("on an update, %s", (_, object, expected) => {
    const oldObject = foreignMetadata({});
    const update = { ...creates("web"), operation: "UPDATE", oldObject, object } as const;
    expect(judge([{}])(update)).toBe(expected);
  });

  function withMetadata(more: object) {
    return { ...created(), metadata: { ...metadata, ...more } };
  }

  function foreignMetadata(more: object) {
    return withMetadata({
      labels: { ...metadata.labels, team: "web" },
      annotations: { ...annotations, note: "x" },
      finalizers: ["example.com/stay"],
      ...more,
    });
  }
});

describe("whose secrets may be changed", () => {
  const adopting = [{ adopt: true }];

  test.each<[string, string | undefined, Partial<PullSecretConfig>[], string | undefined]>([
    ["ours", ours, [{}], undefined],
    ["those of a trial", "123456789012/us-east-1/local", [{}], undefined],
    ["not another deployment's", "123456789012/us-east-1/dev", [{}], refusal.owner],
    ["not a foreign one", undefined, [{}], refusal.owner],
    ["a foreign one that the config adopts", undefined, adopting, undefined],
    ["not another deployment's, adopt or not", "1/us-east-1/dev", adopting, refusal.owner],
    [
      "not a foreign one by the adopt of another",
      undefined,
      [{}, { name: "x", adopt: true }],
      refusal.owner,
    ],
  ])("%s", (_, writtenOwner, config, expected) => {
    const annotations = writtenOwner === undefined ? {} : { [ownerKey]: writtenOwner };
    const oldObject = { ...created(), metadata: { ...created().metadata, annotations } };
    const update = { ...creates("web"), operation: "UPDATE", oldObject } as const;
    expect(judge(config)(update)).toBe(expected);
  });

  test("a trial takes nothing over from another account's trial", () => {
    const owner = { account: "123456789012", region: "us-east-1", stage: "local" };
    const annotations = (by: string) => ({
      metadata: { ...created().metadata, annotations: { [ownerKey]: by } },
    });
    const update = {
      ...creates("web", annotations("123456789012/us-east-1/local")),
      operation: "UPDATE",
      oldObject: { ...created(), ...annotations("210987654321/us-east-1/local") },
    } as const;
    expect(judge([{}], { owner })(update)).toBe(refusal.owner);
  });
});

describe("which secrets may be deleted", () => {
  const prune = [{ prune: true }];

  test.each<[string, Partial<PullSecretConfig>[], string, string | undefined, string | undefined]>([
    ["ours, if the config prunes", prune, "ecr-pull", ours, undefined],
    ["not ours otherwise", [{}], "ecr-pull", ours, refusal.delete],
    ["not a foreign one", prune, "ecr-pull", undefined, refusal.delete],
    ["not another deployment's", prune, "ecr-pull", "other", refusal.delete],
    ["not one of another name", prune, "database", ours, refusal.delete],
    [
      "not by the prune of another",
      [{}, { name: "x", prune: true }],
      "ecr-pull",
      ours,
      refusal.delete,
    ],
  ])("%s", (_, config, name, writtenOwner, expected) => {
    const annotations =
      writtenOwner === undefined ? {} : { annotations: { [ownerKey]: writtenOwner } };
    const oldObject = { ...created(), metadata: { name, ...annotations } };
    const deletion = {
      user,
      kind: "Secret",
      operation: "DELETE",
      namespace: "old",
      name,
      oldObject,
    } as const;
    expect(judge(config)(deletion)).toBe(expected);
  });
});
