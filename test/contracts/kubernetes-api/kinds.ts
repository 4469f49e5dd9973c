/** What holds for every kind, also for those that are only looked at. */
import { describe, expect, test } from "vitest";
import {
  type ContractContext,
  expectFailure,
  expectStatus,
  listMetadata,
  merge,
} from "./context.ts";

const pod = { containers: [{ name: "app", image: "example.com/app" }] };
const labels = { app: "web" };
const workload = {
  selector: { matchLabels: labels },
  template: { metadata: { labels }, spec: pod },
};

const job = { template: { spec: { ...pod, restartPolicy: "Never" } } };
const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };

interface Kind {
  readonly kind: string;
  readonly path: string;
  readonly fields: object;
  /** What DELETE answers with, and how preconditions name the kind. */
  readonly deleted: string;
  readonly title: string;
}

function core(kind: string, plural: string, fields: object, deleted = "Status"): Kind {
  return { kind, path: `/api/v1/namespaces/NS/${plural}`, fields, deleted, title: kind };
}

function ofGroup(group: string, kind: string, spec: object): Kind {
  const path = `/apis/${group}/v1/namespaces/NS/${kind.toLowerCase()}s`;
  return { kind, path, fields: { spec }, deleted: "Status", title: `${kind}.${group}` };
}

const kinds: readonly Kind[] = [
  core("Secret", "secrets", {}),
  core("ConfigMap", "configmaps", { data: { a: "x" } }),
  core("ServiceAccount", "serviceaccounts", {}, "ServiceAccount"),
  core("Pod", "pods", { spec: pod }, "Pod"),
  core("Service", "services", { spec: { ports: [{ port: 80 }] } }, "Service"),
  ofGroup("apps", "Deployment", workload),
  ofGroup("apps", "StatefulSet", { ...workload, serviceName: "web" }),
  ofGroup("apps", "DaemonSet", workload),
  ofGroup("batch", "CronJob", { schedule: "0 * * * *", jobTemplate: { spec: job } }),
];

export function kindContract(context: ContractContext): void {
  describe.each(kinds)("a $kind", ({ kind, path, fields, deleted, title }) => {
    test("is created, listed by its labels, and deleted with its UID as precondition", async () => {
      const namespace = await context.namespace();
      const inNamespace = path.replace("NS", namespace);
      for (const name of ["a", "b"]) {
        const metadata = { name, labels: { run: `${namespace}-${name}` } };
        const body = { metadata, ...fields };
        expectStatus(await context.admin.send("POST", inNamespace, { body }), 201);
      }
      const everywhere = path.replace("/namespaces/NS", "");
      const list = await context.admin.send(
        "GET",
        `${everywhere}?labelSelector=run%3D${namespace}-a`,
      );
      expect(list.at("kind")).toBe(`${kind}List`);
      expect(list.at("items", 0)).toMatchObject({ metadata: { name: "a", namespace } });
      expect(list.at("items", 1)).toBeUndefined();
      const both = await context.admin.send("GET", inNamespace, { accept: listMetadata });
      expect(both.at("items", 1, "metadata", "name")).toBe("b");
      expect(both.at("items", 1, "spec")).toBeUndefined();

      const one = `${inNamespace}/a`;
      expectFailure(
        await context.admin.send("DELETE", one, { body: { preconditions: { uid: "other" } } }),
        409,
        "Conflict",
        `^Operation cannot be fulfilled on ${title} "a": the UID in the precondition`,
      );
      const preconditions = { uid: list.at("items", 0, "metadata", "uid") };
      const answer = await context.admin.send("DELETE", one, { body: { preconditions } });
      expectStatus(answer, 200);
      expect(answer.at("kind")).toBe(deleted);
      expectStatus(await context.admin.send("GET", one), 404);
      expectStatus(await context.admin.send("GET", `${inNamespace}/b`), 200);
    });
  });

  // Controllers hold up their end.
  test.each([
    ["PersistentVolumeClaim", "/api/v1/namespaces/NS/persistentvolumeclaims", claim],
    ["Job", "/apis/batch/v1/namespaces/NS/jobs", job],
  ])("a %s is created and listed", async (kind, place, spec) => {
    const path = place.replace("NS", await context.namespace());
    const body = { metadata: { name: "a" }, spec };
    expectStatus(await context.admin.send("POST", path, { body }), 201);
    const list = await context.admin.send("GET", path);
    expect(list.at("kind")).toBe(`${kind}List`);
    expect(list.at("items", 0)).toMatchObject(body);
  });

  test("a workload's pods are changed by a merge patch of its template", async () => {
    const namespace = await context.namespace();
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
    const body = { metadata: { name: "web" }, spec: workload };
    const created = await context.admin.send("POST", path, { body });
    expect(created.at("metadata", "generation")).toBe(1);
    const annotations = { "example.com/restarted-at": "now" };
    const patch = { spec: { template: { metadata: { annotations } } } };
    const patched = await merge(context.admin, `${path}/web`, patch);
    expect(patched.at("metadata", "generation")).toBe(2);
    expect(patched.at("spec", "template", "metadata")).toMatchObject({ annotations, labels });
    expect(patched.at("spec", "template", "spec", "containers", 0, "image")).toBe(
      "example.com/app",
    );
    const labelled = await merge(context.admin, `${path}/web`, { metadata: { labels } });
    expect(labelled.at("metadata", "generation")).toBe(2);
  });

  test.each<[path: string, fields: object, causes: string[]]>([
    [
      "/apis/apps/v1/namespaces/default/deployments",
      {},
      ["spec.selector", "spec.template.metadata.labels", "spec.template.spec.containers"],
    ],
    [
      "/apis/apps/v1/namespaces/default/statefulsets",
      { spec: { ...workload, template: { ...workload.template, metadata: {} } } },
      ["spec.template.metadata.labels"],
    ],
    ["/api/v1/namespaces/default/pods", {}, ["spec.containers"]],
    ["/api/v1/namespaces/default/services", {}, ["spec.ports"]],
    [
      "/api/v1/namespaces/default/persistentvolumeclaims",
      {},
      ["spec.accessModes", "spec.resources[storage]"],
    ],
    [
      "/apis/batch/v1/namespaces/default/jobs",
      {},
      ["spec.template.spec.containers", "spec.template.spec.restartPolicy"],
    ],
    [
      "/apis/batch/v1/namespaces/default/cronjobs",
      {},
      [
        "spec.schedule",
        "spec.jobTemplate.spec.template.spec.containers",
        "spec.jobTemplate.spec.template.spec.restartPolicy",
      ],
    ],
  ])("%s that lack what they need are refused: %j", async (path, fields, causes) => {
    const body = { metadata: { name: context.unique("x") }, ...fields };
    const answer = await context.admin.send("POST", path, { body });
    expectFailure(answer, 422, "Invalid", " is invalid: ");
    const found = answer.at("details", "causes");
    expect(Array.isArray(found) ? found.map(({ field }) => field) : found).toEqual(causes);
  });

  test("namespaces of the system are never deleted", async () => {
    for (const name of ["default", "kube-system", "kube-public"]) {
      expectFailure(
        await context.admin.send("DELETE", `/api/v1/namespaces/${name}`),
        403,
        "Forbidden",
        `^namespaces "${name}" is forbidden: this namespace may not be deleted$`,
      );
    }
  });
}
