import { describe, expect, test } from "vitest";
import { differencesOf, patchOf } from "../../../src/registration/rules/compare-object.ts";
import type { KubernetesObject } from "../../../src/rights/kubernetes-object.ts";
import { live } from "./objects.ts";

const role: KubernetesObject = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  metadata: { name: "r", labels: { a: "1" }, annotations: { b: "2" } },
  rules: [
    { apiGroups: [""], resources: ["namespaces"], verbs: ["list"] },
    {
      apiGroups: [""],
      resources: ["secrets"],
      resourceNames: ["ecr-pull"],
      verbs: ["list", "get"],
    },
  ],
};
const rules = role["rules"] as readonly object[];

function changed(change: object): KubernetesObject {
  return { ...role, ...change };
}

describe("an object differs", () => {
  test.each([
    ["in nothing", role, []],
    [
      "in the order of keys, which says nothing",
      changed({ rules: rules.map((rule) => Object.fromEntries(Object.entries(rule).reverse())) }),
      [],
    ],
    [
      "in what others note in its metadata, which says nothing",
      changed({ metadata: { ...role.metadata, labels: { a: "1", "argocd/app": "x" } } }),
      [],
    ],
    ["in its status, which says nothing", changed({ status: { observed: true } }), []],
    [
      "in a name of a rule",
      changed({ rules: [rules[0], { ...rules[1], resourceNames: ["other"] }] }),
      [{ path: "rules[1].resourceNames", from: ["other"], to: ["ecr-pull"] }],
    ],
    [
      "in a rule too many",
      changed({ rules: [...rules, { apiGroups: ["*"], resources: ["*"], verbs: ["*"] }] }),
      [{ path: "rules", from: expect.any(Array), to: rules }],
    ],
    [
      "in a field too many",
      changed({ aggregationRule: { clusterRoleSelectors: [] } }),
      [{ path: "aggregationRule", from: { clusterRoleSelectors: [] }, to: undefined }],
    ],
    [
      "in the order of verbs",
      changed({ rules: [rules[0], { ...rules[1], verbs: ["get", "list"] }] }),
      [{ path: "rules[1].verbs", from: ["get", "list"], to: ["list", "get"] }],
    ],
    [
      "in rules that are null",
      changed({ rules: null }),
      [{ path: "rules", from: null, to: rules }],
    ],
    [
      "in a label of ours",
      changed({ metadata: { ...role.metadata, labels: {} } }),
      [{ path: 'metadata.labels["a"]', from: undefined, to: "1" }],
    ],
    [
      "in an annotation of ours",
      changed({ metadata: { ...role.metadata, annotations: { b: "3" } } }),
      [{ path: 'metadata.annotations["b"]', from: "3", to: "2" }],
    ],
    [
      "in all of its metadata",
      changed({ metadata: { name: "r" } }),
      [
        { path: 'metadata.labels["a"]', from: undefined, to: "1" },
        { path: 'metadata.annotations["b"]', from: undefined, to: "2" },
      ],
    ],
  ])("%s", (_, found, differences) => {
    expect(differencesOf(live(found), role)).toEqual(differences);
  });

  test.each([
    ["Namespace", { spec: { finalizers: ["kubernetes"] } }],
    ["ServiceAccount", { imagePullSecrets: [{ name: "ecr-pull" }], secrets: [{ name: "token" }] }],
  ])("not in what others add to a %s", (kind, added) => {
    const wanted = { apiVersion: "v1", kind, metadata: { name: "ecr-pull-secrets" } };
    expect(differencesOf(live({ ...wanted, ...added }), wanted)).toEqual([]);
  });

  test("in what a ServiceAccount itself should say", () => {
    const metadata = { name: "ecr-pull-secrets" };
    const wanted = { apiVersion: "v1", kind: "ServiceAccount", metadata };
    const mounted = { ...wanted, automountServiceAccountToken: true };
    expect(
      differencesOf(live(mounted), { ...wanted, automountServiceAccountToken: false }),
    ).toEqual([{ path: "automountServiceAccountToken", from: true, to: false }]);
  });
});

describe("the patch from one to the other", () => {
  const policy: KubernetesObject = {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    metadata: { name: "p" },
    spec: { failurePolicy: "Fail", matchConditions: [{ name: "ours", expression: "true" }] },
  };

  test.each([
    ["is empty where nothing differs", policy["spec"], {}],
    [
      "replaces a list as a whole",
      { failurePolicy: "Fail", matchConditions: [{ name: "never", expression: "false" }] },
      { spec: { matchConditions: [{ name: "ours", expression: "true" }] } },
    ],
    [
      "takes away what is too much",
      { ...(policy["spec"] as object), paramKind: { kind: "ConfigMap" } },
      { spec: { paramKind: null } },
    ],
  ])("%s", (_, spec, patch) => {
    expect(patchOf(live({ ...policy, spec }), policy)).toEqual(patch);
  });

  test("leaves alone what others add to a ServiceAccount", () => {
    const wanted = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "a" } };
    const linked = live({ ...wanted, imagePullSecrets: [{ name: "ecr-pull" }] });
    expect(patchOf(linked, { ...wanted, automountServiceAccountToken: false })).toEqual({
      automountServiceAccountToken: false,
    });
  });
});
