/** Objects of any kind: how they are asked for, and which answers count. */
import { describe, expect, test } from "vitest";
import type { ObjectRef } from "../../../src/rights/kubernetes-object.ts";
import {
  admin,
  always,
  answer,
  failureOf,
  live,
  page,
  requestOf,
  role,
  rolePath,
  roleRef,
  secret,
  server,
} from "./admin-scene.ts";
import { json, type Respond, status } from "./api-server.ts";
import { canary } from "./kubeconfig-fixtures.ts";

describe("an object", () => {
  test("is applied by force, in our name", async () => {
    expect(await requestOf((admin) => admin.apply(role), live(role))).toEqual({
      method: "PATCH",
      url: `${rolePath}?fieldManager=ecr-pull-secrets&force=true`,
      accept: "application/json",
      type: "application/apply-patch+yaml",
      body: role,
    });
  });

  test("is amended by what is merged into it, in our name", async () => {
    const patch = { metadata: { resourceVersion: "6" }, rules: null };
    expect(await requestOf((admin) => admin.amend(roleRef, patch), live(role))).toEqual({
      method: "PATCH",
      url: `${rolePath}?fieldManager=ecr-pull-secrets`,
      accept: "application/json",
      type: "application/merge-patch+json",
      body: patch,
    });
  });

  test("is what the server answers, with all its fields", async () => {
    const labels = { a: "b" };
    const body = { ...live(role, { labels }), rules: [{ verbs: ["get"] }] };
    answer(always(body));
    expect(await admin.get(roleRef)).toMatchObject(body);
    expect(await admin.apply(role)).toMatchObject(body);
  });

  test.each<[string, Respond]>([
    ["that isn't there", always(status(404, "NotFound", "not found"), 404)],
    ["of a kind that isn't served", page(404, "404 page not found\n")],
  ])("%s is undefined", async (_, respond) => {
    answer(respond);
    expect(await admin.get(roleRef)).toBeUndefined();
  });

  test.each<[string, object]>([
    ["another's name", live({ ...role, metadata: { name: "other", namespace: "web" } })],
    [
      "another namespace",
      live({ ...role, metadata: { ...role.metadata, namespace: "kube-system" } }),
    ],
    ["no namespace", live({ ...role, metadata: { name: "ecr-pull-secrets" } })],
    ["another kind", { ...live(role), kind: "ClusterRole" }],
    ["a list", { kind: "RoleList", items: [live(role)] }],
    ["a success without the object", { kind: "Status", status: "Success" }],
    ["no UID", live(role, { uid: undefined })],
    ["an empty UID", live(role, { uid: "" })],
    ["no version", live(role, { resourceVersion: undefined })],
    ["labels that are lists", live(role, { labels: { a: [canary] } })],
  ])("isn't what the server answers with %s", async (_, body) => {
    answer(always(body));
    expect(await failureOf(admin.get(roleRef))).toMatchObject({ kind: "malformed" });
    expect(await failureOf(admin.apply(role))).toMatchObject({ kind: "malformed" });
  });

  test("that is a Secret travels without its data, and loses what came all the same", async () => {
    const annotations = { kept: "yes", "kubectl.kubernetes.io/last-applied-configuration": canary };
    const body = { ...live(secret, { annotations }), data: { token: canary }, stringData: {} };
    const ref = { ...roleRef, apiVersion: "v1", kind: "Secret", name: "ecr-pull" };
    answer(always(body));
    for (const found of [await admin.get(ref), await admin.apply(secret)]) {
      expect(found).toEqual({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { ...live(secret).metadata, annotations: { kept: "yes" } },
      });
    }
    for (const { headers } of server.seen) {
      expect(headers["accept"]).toMatch(/^application\/json;as=PartialObjectMetadata;/);
    }
  });

  test("that is sent as metadata keeps its own kind", async () => {
    const partial = {
      ...live(secret),
      kind: "PartialObjectMetadata",
      apiVersion: "meta.k8s.io/v1",
    };
    answer(always(partial));
    expect(await admin.apply(secret)).toMatchObject({ apiVersion: "v1", kind: "Secret" });
  });

  test("is deleted only if it is still the same", async () => {
    const body = { kind: "Status", status: "Success" };
    expect(await requestOf((admin) => admin.delete(roleRef, "u-1"), body)).toMatchObject({
      method: "DELETE",
      url: rolePath,
      body: { kind: "DeleteOptions", preconditions: { uid: "u-1" } },
    });
  });

  test.each<[string, Respond, boolean]>([
    ["deleted", always({ kind: "Status", status: "Success" }), true],
    ["deleted after its finalizers", always(live(role)), true],
    ["gone", always(status(404, "NotFound", "not found"), 404), false],
    ["another", always(status(409, "Conflict", "the UID in the precondition"), 409), false],
  ])("is %s", async (_, respond, expected) => {
    answer(respond);
    expect(await admin.delete(roleRef, "u-1")).toBe(expected);
  });

  test("isn't taken for deleted by a page that says 404", async () => {
    answer(page(404, "404 page not found\n"));
    expect(await failureOf(admin.delete(roleRef, "u-1"))).toMatchObject({ kind: "malformed" });
  });

  test.each<[string, Partial<ObjectRef>]>([
    ["of a kind that nobody told us", { kind: "Widget" }],
    ["of a kind that every object has", { kind: "constructor" }],
    ["of another group", { apiVersion: "apps/v1" }],
    ["of no group", { apiVersion: "v1" }],
    ["without its namespace", { namespace: undefined }],
    ["without a name", { name: "" }],
    ["of a cluster, in a namespace", { kind: "ClusterRole" }],
  ])("is a bug %s", async (_, more) => {
    answer(always({}));
    await expect(admin.get({ ...roleRef, ...more })).rejects.toMatchObject({ name: "Error" });
    expect(server.seen).toEqual([]);
  });

  test("has its name and namespace in the path, and no way out of it", async () => {
    const ref = { ...roleRef, name: "../../secrets/x?a=b", namespace: "a/b" };
    const body = live({ ...role, metadata: { name: ref.name, namespace: ref.namespace } });
    const { url } = await requestOf((admin) => admin.get(ref), body);
    expect(url).toBe(
      "/apis/rbac.authorization.k8s.io/v1/namespaces/a%2Fb/roles/..%2F..%2Fsecrets%2Fx%3Fa%3Db",
    );
  });

  test.each([
    ["v1", "Namespace", undefined, "/api/v1/namespaces/x"],
    ["v1", "ConfigMap", "n", "/api/v1/namespaces/n/configmaps/x"],
    ["v1", "Pod", "n", "/api/v1/namespaces/n/pods/x"],
    ["v1", "Service", "n", "/api/v1/namespaces/n/services/x"],
    ["v1", "ServiceAccount", "n", "/api/v1/namespaces/n/serviceaccounts/x"],
    ["apps/v1", "Deployment", "n", "/apis/apps/v1/namespaces/n/deployments/x"],
    ["apps/v1", "StatefulSet", "n", "/apis/apps/v1/namespaces/n/statefulsets/x"],
    ["apps/v1", "DaemonSet", "n", "/apis/apps/v1/namespaces/n/daemonsets/x"],
    [
      "rbac.authorization.k8s.io/v1",
      "RoleBinding",
      "n",
      "/apis/rbac.authorization.k8s.io/v1/namespaces/n/rolebindings/x",
    ],
    [
      "rbac.authorization.k8s.io/v1",
      "ClusterRole",
      undefined,
      "/apis/rbac.authorization.k8s.io/v1/clusterroles/x",
    ],
    [
      "rbac.authorization.k8s.io/v1",
      "ClusterRoleBinding",
      undefined,
      "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/x",
    ],
    [
      "admissionregistration.k8s.io/v1",
      "ValidatingAdmissionPolicy",
      undefined,
      "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/x",
    ],
    [
      "admissionregistration.k8s.io/v1beta1",
      "ValidatingAdmissionPolicyBinding",
      undefined,
      "/apis/admissionregistration.k8s.io/v1beta1/validatingadmissionpolicybindings/x",
    ],
  ])("of %s %s in namespace %s is at %s", async (apiVersion, kind, namespace, path) => {
    const ref = { apiVersion, kind, name: "x", namespace };
    const body = live({ apiVersion, kind, metadata: { name: "x", namespace } });
    expect((await requestOf((admin) => admin.get(ref), body)).url).toBe(path);
  });
});

describe("a list", () => {
  const ours = { "app.kubernetes.io/managed-by": "ecr-pull-secrets" };
  const labelSelector = "app.kubernetes.io/managed-by=ecr-pull-secrets";
  const { apiVersion, kind } = role;
  const named = (name: string, more: object = {}) => ({
    metadata: { name, namespace: "web", uid: `u-${name}`, resourceVersion: "1", ...more },
  });
  const listOf = (...items: object[]) => ({ kind: "RoleList", metadata: {}, items });

  test("is asked for by labels, fields and namespace, and from no cache", async () => {
    const query = { apiVersion, kind, namespace: "web", labelSelector, fieldSelector: "a=b" };
    const { url, accept } = await requestOf((admin) => admin.list(query), listOf());
    const { pathname, searchParams } = new URL(url ?? "", "https://x");
    expect(pathname).toBe("/apis/rbac.authorization.k8s.io/v1/namespaces/web/roles");
    expect(Object.fromEntries(searchParams)).toEqual({ labelSelector, fieldSelector: "a=b" });
    expect(accept).toBe("application/json");
  });

  test("of Secrets is one of metadata", async () => {
    const query = { apiVersion: "v1", kind: "Secret" };
    const { url, accept } = await requestOf((admin) => admin.list(query), listOf());
    expect(url).toMatch(/^\/api\/v1\/secrets\?$/);
    expect(accept).toMatch(/^application\/json;as=PartialObjectMetadataList;/);
  });

  test("of Secrets drops the data that came all the same", async () => {
    const whole = { ...named("ecr-pull"), data: { token: canary } };
    answer(always({ kind: "SecretList", items: [whole] }));
    const found = await admin.list({ apiVersion: "v1", kind: "Secret" });
    expect(found).toHaveLength(1);
    expect(JSON.stringify(found)).not.toContain(canary);
  });

  test("goes on from page to page, and says of each object what it is", async () => {
    answer((seen, response) => {
      const next = seen.number === 1 ? "more" : undefined;
      const items = [named(`role-${seen.number}`, { labels: ours })];
      json(response, 200, { kind: "RoleList", metadata: { continue: next }, items });
    });
    const found = await admin.list({ apiVersion, kind, labelSelector });
    expect(found.map(({ metadata }) => metadata.name)).toEqual(["role-1", "role-2"]);
    expect(found[1]).toMatchObject({ apiVersion, kind });
  });

  test("holds none but those that were asked for, whatever the server sends", async () => {
    answer(
      always(
        listOf(
          named("ours", { labels: { ...ours, more: "x" } }),
          named("others", { labels: { "app.kubernetes.io/managed-by": "helm" } }),
          named("nobodys"),
          named("elsewhere", { labels: ours, namespace: "kube-system" }),
        ),
      ),
    );
    const found = await admin.list({ apiVersion, kind, namespace: "web", labelSelector });
    expect(found.map(({ metadata }) => metadata.name)).toEqual(["ours"]);
  });

  test.each(["a!=b", "a", "!a", "a in (b)", "a=b=c", "=b"])(
    "by %s is a bug: nobody could check the answer",
    async (selector) => {
      answer(always(listOf()));
      const list = admin.list({ apiVersion, kind, labelSelector: selector });
      await expect(list).rejects.toMatchObject({ name: "Error" });
      expect(server.seen).toEqual([]);
    },
  );

  test.each<[string, Respond]>([
    ["a page", page(404, "404 page not found\n")],
    ["a word", always(status(404, "NotFound", "the server could not find it"), 404)],
  ])("of a kind that isn't served fails as not found, by %s", async (_, respond) => {
    answer(respond);
    expect(await failureOf(admin.list({ apiVersion, kind }))).toMatchObject({
      kind: "not-found",
      message: "list Role *: the API server doesn't serve this kind",
    });
  });

  test.each([
    ["another kind", { ...listOf(), kind: "Role" }],
    ["an object of another kind", listOf({ ...named("x"), kind: "Secret" })],
    ["an object without UID", listOf(named("x", { uid: undefined }))],
    ["an object that is text", listOf([canary])],
  ])("isn't one with %s", async (_, body) => {
    answer(always(body));
    expect(await failureOf(admin.list({ apiVersion, kind }))).toMatchObject({ kind: "malformed" });
  });
});
