import { describe, expect, test } from "vitest";
import type { PullSecretConfig } from "../../../src/config/stage-config.ts";
import { computeRights } from "../../../src/rights/compute-rights.ts";
import type { AdmissionRequest } from "./judge-admission.ts";
import { judge, refusal, user } from "./policy-requests.ts";
import { namespaces, objectOf, wishFor } from "./wishes.ts";

const annotation = "ecr-pull-secrets/restarted-for";
const registry = { kind: "deployment", name: "registry" } as const;
const restarting: Partial<PullSecretConfig>[] = [{ restart: [registry] }];

const pods = { containers: [{ name: "registry", image: "registry:3", env: [] }], hostPID: false };
const template = { metadata: { labels: { app: "registry" } }, spec: pods };
const spec = { replicas: 1, selector: { matchLabels: { app: "registry" } }, template };
const live = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "registry", namespace: "web", generation: 1, labels: { team: "a" } },
  spec,
  status: { replicas: 1 },
};

/** As the API server shows an update: with what it counts by itself. */
function update(
  change: (before: typeof live) => object,
  more: Partial<AdmissionRequest> = {},
): AdmissionRequest {
  const metadata = { ...live.metadata, generation: 2, managedFields: [{}] };
  const object = change({ ...live, metadata });
  const what = { kind: "Deployment", operation: "UPDATE", namespace: "web", name: "registry" };
  return { user, ...what, oldObject: live, object, ...more } as AdmissionRequest;
}

const withPods = (change: object) => (before: typeof live) => ({
  ...before,
  spec: { ...before.spec, template: { ...template, spec: { ...pods, ...change } } },
});
const withTemplate = (change: object) => (before: typeof live) => ({
  ...before,
  spec: { ...before.spec, template: { ...template, ...change } },
});
const withSpec = (change: object) => (before: typeof live) => ({
  ...before,
  spec: { ...before.spec, ...change },
});
const withMetadata = (change: object) => (before: typeof live) => ({
  ...before,
  metadata: { ...before.metadata, ...change },
});
const marked = (annotations: object) =>
  withTemplate({ metadata: { ...template.metadata, annotations } });
const restart = marked({ [annotation]: "{}" });

describe("what may change of a workload", () => {
  test.each<[string, (before: typeof live) => object, string | undefined]>([
    ["our annotation on its pods", restart, undefined],
    ["nothing", (before) => before, undefined],
    [
      "another image",
      withPods({ containers: [{ name: "registry", image: "x" }] }),
      refusal.workload,
    ],
    [
      "another command",
      withPods({
        containers: [{ name: "registry", image: "registry:3", env: [], command: ["x"] }],
      }),
      refusal.workload,
    ],
    ["another account", withPods({ serviceAccountName: "admin" }), refusal.workload],
    ["the node's processes", withPods({ hostPID: true }), refusal.workload],
    ["a field less", withTemplate({ spec: { containers: pods.containers } }), refusal.workload],
    ["another annotation on its pods", marked({ "example.com/inject": "x" }), refusal.workload],
    [
      "another annotation beside ours",
      marked({ [annotation]: "{}", "example.com/inject": "x" }),
      refusal.workload,
    ],
    ["a label of its pods", withTemplate({ metadata: { labels: { app: "x" } } }), refusal.workload],
    ["its size", withSpec({ replicas: 0 }), refusal.workload],
    ["what it selects", withSpec({ selector: { matchLabels: {} } }), refusal.workload],
    ["its pause", withSpec({ paused: true }), refusal.workload],
    ["a label", withMetadata({ labels: { team: "b" } }), refusal.workload],
    [
      "an annotation of its own",
      withMetadata({ annotations: { [annotation]: "{}" } }),
      refusal.workload,
    ],
    ["an owner", withMetadata({ ownerReferences: [{}] }), refusal.workload],
    ["a finalizer", withMetadata({ finalizers: ["x"] }), refusal.workload],
    ["its status", (before) => ({ ...before, status: {} }), refusal.workload],
  ])("%s", (_, change, expected) => {
    expect(judge(restarting)(update(change))).toBe(expected);
  });

  test("an annotation of others on its pods stays", () => {
    const others = { "example.com/theirs": "x" };
    const oldObject = marked(others)(live);
    const both = update(marked({ ...others, [annotation]: "{}" }), { oldObject });
    const ours = update(restart, { oldObject });
    expect([both, ours].map(judge(restarting))).toEqual([undefined, refusal.workload]);
  });

  test("pods without any metadata get it", () => {
    const oldObject = { ...live, spec: { ...spec, template: { spec: pods } } };
    const first = update(
      (before) => ({
        ...before,
        spec: {
          ...spec,
          template: { spec: pods, metadata: { annotations: { [annotation]: "x" } } },
        },
      }),
      { oldObject },
    );
    expect(judge(restarting)(first)).toBeUndefined();
  });

  test("the API server counts the pod templates of a DaemonSet in an annotation", () => {
    const count = { annotations: { "deprecated.daemonset.template.generation": "2" } };
    const counted = update((before) => withMetadata(count)(restart(before) as typeof live), {
      kind: "DaemonSet",
      name: "agent",
    });
    const agent = { kind: "daemonset", name: "agent" } as const;
    expect(judge([{ restart: [agent] }])(counted)).toBeUndefined();
  });
});

describe("which workload may restart, and where", () => {
  const [selector, teamA] = ["team=a", { team: "a" }];

  test.each<[string, Partial<PullSecretConfig>[], Partial<AdmissionRequest>, string | undefined]>([
    ["the one that is named", restarting, {}, undefined],
    ["another name", restarting, { name: "other" }, refusal.restart],
    ["another kind of that name", restarting, { kind: "StatefulSet" }, refusal.restart],
    ["an excluded namespace", restarting, { namespace: "kube-system" }, refusal.restart],
    [
      "a namespace without the label",
      [{ restart: [registry], namespaces: namespaces(["*"], { selector }) }],
      {},
      refusal.restart,
    ],
    [
      "a namespace with the label",
      [{ restart: [registry], namespaces: namespaces(["*"], { selector }) }],
      { namespaceLabels: teamA },
      undefined,
    ],
    [
      "a namespace of another secret",
      [{ restart: [registry], namespaces: namespaces(["api"]) }, { name: "x" }],
      {},
      refusal.restart,
    ],
  ])("%s", (_, config, more, expected) => {
    expect(judge(config)(update(restart, more))).toBe(expected);
  });

  test.each<[string, Partial<AdmissionRequest>]>([
    ["made", { operation: "CREATE", object: live }],
    ["deleted", { operation: "DELETE", oldObject: live }],
    ["scaled", { ...update(withSpec({ replicas: 0 })), kind: "Scale" }],
  ])("none is %s", (_, request) => {
    const what = { user, kind: "Deployment", namespace: "web", name: "registry" } as const;
    expect(judge(restarting)({ ...what, ...request })).toBe(refusal.workload);
  });

  test("its scale isn't written at all", () => {
    expect(judge(restarting)(update((before) => before, { kind: "Scale" }))).toBe(refusal.restart);
  });
});

test("where nothing restarts, the policy isn't asked about workloads", () => {
  const rules = (config: Partial<PullSecretConfig>[]) => {
    const policy = objectOf(computeRights(wishFor(config)), "ValidatingAdmissionPolicy");
    const { matchConstraints } = policy["spec"] as {
      readonly matchConstraints: { readonly resourceRules: readonly { apiGroups: string[] }[] };
    };
    return matchConstraints.resourceRules.flatMap(({ apiGroups }) => apiGroups);
  };
  expect(rules([{}])).toEqual([""]);
  expect(rules(restarting)).toEqual(["", "apps"]);
});
