import { describe, expect, test } from "vitest";
import { rightsWish } from "../../../src/registration/registration-wish.ts";
import { judgeObject } from "../../../src/registration/rules/judge-object.ts";
import { computeRights } from "../../../src/rights/compute-rights.ts";
import type { KubernetesObject } from "../../../src/rights/kubernetes-object.ts";
import { live, wishOf } from "./objects.ts";

const wish = wishOf();
const { objects } = computeRights(rightsWish(wish));

function wanted(kind: string): KubernetesObject {
  const found = objects.find((object) => object.kind === kind);
  if (!found) throw new Error(`no ${kind} is wanted`);
  return found;
}

function marked(object: KubernetesObject, marks: Readonly<Record<string, string>> | undefined) {
  const { annotations, ...metadata } = object.metadata;
  return live({
    ...object,
    metadata: marks ? { ...metadata, annotations: { ...annotations, ...marks } } : metadata,
  });
}

const ownerMark = "ecr-pull-secrets/owner";
const clusterMark = "ecr-pull-secrets/cluster";

describe("an object of the rights", () => {
  test.each(objects.map((object) => [object.kind, object] as const))(
    "that is missing is created: %s",
    (_, object) => {
      expect(judgeObject({ wanted: object, live: undefined }, wish)).toEqual({
        verb: "create",
        object,
      });
    },
  );

  test.each(objects.map((object) => [object.kind, object] as const))(
    "that is right is kept: %s",
    (_, object) => {
      const judged = judgeObject({ wanted: object, live: live(object) }, wish);
      expect(judged).toEqual({ verb: "keep", object, seen: true });
    },
  );

  test("that may not be read is left to the proof", () => {
    const object = wanted("ClusterRole");
    const judged = judgeObject({ wanted: object, live: "hidden" }, wish);
    expect(judged).toEqual({ verb: "keep", object, seen: false });
  });

  test("whose namespace isn't there waits for it", () => {
    const object = wanted("RoleBinding");
    expect(judgeObject({ wanted: object, live: "homeless" }, wish)).toEqual({
      verb: "wait",
      object,
    });
  });

  test("that was changed is changed back, and says in what", () => {
    const object = wanted("ClusterRole");
    const everything = [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }];
    const judged = judgeObject(
      { wanted: object, live: live({ ...object, rules: everything }) },
      wish,
    );
    expect(judged).toMatchObject({ verb: "change", differences: [{ path: "rules" }] });
  });

  test("that was made by hand is marked", () => {
    const object = wanted("ClusterRole");
    expect(judgeObject({ wanted: object, live: marked(object, undefined) }, wish)).toMatchObject({
      verb: "change",
      differences: [{ to: "123456789012/us-east-1/prod" }, { to: "prod-eu" }],
    });
  });

  test("that is marked by half is marked", () => {
    const object = wanted("ClusterRole");
    const { [clusterMark]: _, ...annotations } = object.metadata.annotations ?? {};
    const half = live({ ...object, metadata: { ...object.metadata, annotations } });
    expect(judgeObject({ wanted: object, live: half }, wish)).toMatchObject({ verb: "change" });
  });

  test("that is a namespace of somebody else's isn't marked: unregistering would delete it", () => {
    const namespace = wanted("Namespace");
    const judged = judgeObject({ wanted: namespace, live: marked(namespace, undefined) }, wish);
    expect(judged).toEqual({ verb: "keep", object: namespace, seen: true });
  });

  test.each(["Namespace", "ServiceAccount", "ClusterRole", "ValidatingAdmissionPolicy"])(
    "of another deployment is refused: %s",
    (kind) => {
      const object = wanted(kind);
      const other = marked(object, { [ownerMark]: "123456789012/eu-west-1/prod" });
      expect(judgeObject({ wanted: object, live: other }, wish)).toMatchObject({
        message: expect.stringMatching(
          /belongs to another deployment \(123456789012\/eu-west-1\/prod\)/,
        ),
        hint: expect.stringContaining("--namespace <other>"),
      });
    },
  );

  test("of another deployment is refused with --eks, where there is one place alone", () => {
    const object = wanted("ClusterRole");
    const other = marked(object, { [ownerMark]: "123456789012/eu-west-1/prod" });
    const access = { subject: { kind: "Group", name: "ecr-pull-secrets" } } as const;
    expect(judgeObject({ wanted: object, live: other }, { ...wish, access })).toMatchObject({
      hint: "with --eks, one deployment alone can serve a cluster: unregister it there; or leave --eks out, with a place of its own: --namespace <other>",
    });
  });

  test("of this deployment, for another name, is refused", () => {
    const object = wanted("ClusterRole");
    expect(
      judgeObject({ wanted: object, live: marked(object, { [clusterMark]: "prod-old" }) }, wish),
    ).toEqual({
      message:
        "this cluster is registered already, as prod-old (ClusterRole ecr-pull-secrets says so)",
      hint: "register prod-old again, or first: ecr-pull-secrets unregister prod-old --stage prod",
    });
  });

  test.each([
    [{ [ownerMark]: "\u001b[2Jprod" }, /\(a name that no registration writes\)$/],
    [{ [ownerMark]: `123456789012/eu-west-1/${"x".repeat(500)}` }, /\(a name that no/],
    [{ [clusterMark]: "x; rm -rf ~" }, /as a name that no registration writes/],
  ])("whose marks are hostile is refused without repeating them: %j", (marks, message) => {
    const object = wanted("ClusterRole");
    expect(judgeObject({ wanted: object, live: marked(object, marks) }, wish)).toMatchObject({
      message: expect.stringMatching(message),
      hint: expect.not.stringContaining("rm -rf"),
    });
  });

  test("that is a namespace on its way out is refused", () => {
    const namespace = wanted("Namespace");
    const leaving = live({ ...namespace, status: { phase: "Terminating" } });
    expect(judgeObject({ wanted: namespace, live: leaving }, wish)).toMatchObject({
      message: "Namespace ecr-pull-secrets is being deleted",
    });
  });

  test("that binds another role is refused: that can't be changed", () => {
    const binding = wanted("RoleBinding");
    const roleRef = { ...(binding["roleRef"] as object), name: "edit" };
    expect(judgeObject({ wanted: binding, live: live({ ...binding, roleRef }) }, wish)).toEqual({
      message:
        "RoleBinding ecr-pull-secrets/ecr-pull-secrets-token binds another role, and that can't be changed in place",
      hint: "if nobody needs it: kubectl delete rolebinding -n ecr-pull-secrets ecr-pull-secrets-token",
    });
  });
});
