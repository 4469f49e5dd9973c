/** What is asked about rights and about the server itself, and which answers count. */
import { describe, expect, test } from "vitest";
import { admin, always, answer, failureOf, page, requestOf, server } from "./admin-scene.ts";
import { json, type Respond, type Response, status } from "./api-server.ts";
import { canary } from "./kubeconfig-fixtures.ts";

describe("a question", () => {
  const allowed = (value: unknown) => ({
    kind: "SelfSubjectAccessReview",
    status: { allowed: value },
  });

  test("about a right names all that it is about", async () => {
    const question = {
      verb: "create",
      group: "",
      resource: "serviceaccounts",
      subresource: "token",
      namespace: "web",
      name: "robot",
    };
    expect(await requestOf((admin) => admin.canI(question), allowed(true))).toEqual({
      method: "POST",
      url: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
      accept: "application/json",
      type: "application/json",
      body: {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SelfSubjectAccessReview",
        spec: { resourceAttributes: question },
      },
    });
  });

  test("about a right leaves out what it isn't about", async () => {
    const question = { verb: "list", group: "apps", resource: "deployments" };
    const { body } = await requestOf((admin) => admin.canI(question), allowed(false));
    expect(body.spec).toEqual({ resourceAttributes: question });
  });

  test.each([true, false])("about a right is answered with %s", async (allows) => {
    answer(always(allowed(allows), 201));
    expect(await admin.canI({ verb: "get", group: "", resource: "pods" })).toBe(allows);
  });

  test.each([
    ["another kind", { ...allowed(true), kind: "Status" }],
    ["no status", { kind: "SelfSubjectAccessReview" }],
    ["a right in words", allowed("true")],
    ["no right or wrong", allowed(undefined)],
  ])("about a right isn't answered by %s", async (_, body) => {
    answer(always(body));
    const question = { verb: "get", group: "", resource: "pods" };
    expect(await failureOf(admin.canI(question))).toMatchObject({ kind: "malformed" });
  });

  const self = (username: unknown) => ({
    kind: "SelfSubjectReview",
    status: { userInfo: { username, groups: ["a"] } },
  });

  test("of who asks is put as a review, too", async () => {
    expect(await requestOf((admin) => admin.whoAmI(), self("jane"))).toMatchObject({
      method: "POST",
      url: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
      body: { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" },
    });
  });

  test.each<[string, Respond, string | undefined]>([
    ["a name", always(self("jane@example.com"), 201), "jane@example.com"],
    ["the page of a server that doesn't know it", page(404, "404 page not found\n"), undefined],
    ["no such resource", always(status(404, "NotFound", "not found"), 404), undefined],
    ["a refusal", always(status(403, "Forbidden", "no"), 403), undefined],
  ])("of who asks is answered by %s", async (_, respond, name) => {
    answer(respond);
    expect(await admin.whoAmI()).toBe(name);
  });

  test.each<[string, Respond, string]>([
    ["a dead credential", always(status(401, "Unauthorized", "no"), 401), "unauthorized"],
    ["nobody", always(self("")), "malformed"],
    ["a number", always(self(7)), "malformed"],
    ["a name that moves the cursor", always(self(`${canary}\u001b[2J`)), "malformed"],
    ["a name without end", always(self(canary.repeat(300))), "malformed"],
    ["another kind", always({ ...self("jane"), kind: "TokenReview" }), "malformed"],
  ])("of who asks fails by %s", async (_, respond, kind) => {
    answer(respond);
    expect(await failureOf(admin.whoAmI())).toMatchObject({ kind });
  });
});

describe("the server's version", () => {
  test.each([
    ["v1.36.3", 1, 36],
    ["v1.30.4-eks-a18cd3a", 1, 30],
    ["v1.29.1+k3s2", 1, 29],
    ["v1.31.0-gke.1577000", 1, 31],
    ["v1.30.0-rc.1.21+4e8ddb0c2e2a7f-dirty", 1, 30],
  ])("is read from %s", async (gitVersion, major, minor) => {
    const body = { major: "1", minor: `${minor}+`, gitVersion };
    answer(always(body));
    expect(await admin.version()).toEqual({ gitVersion, major, minor });
    expect(server.seen[0]).toMatchObject({ method: "GET", url: "/version" });
  });

  test.each<[string, Respond]>([
    ["no version", always({ major: "1", minor: "36" })],
    ["words", always({ gitVersion: canary })],
    ["a version and more", always({ gitVersion: `v1.30.1 ${canary}` })],
    ["two lines", always({ gitVersion: `v1.30.1\n${canary}` })],
    ["a number without end", always({ gitVersion: `v1.${"9".repeat(400)}` })],
    ["a list", always([{ gitVersion: "v1.30.1" }])],
    ["a login page", page(200, `<html>${canary}</html>`)],
    ["nothing", page(200, "")],
  ])("isn't told by %s", async (_, respond) => {
    answer(respond);
    expect(await failureOf(admin.version())).toMatchObject({ kind: "malformed" });
  });

  test("comes with the server's clock", async () => {
    const date = "Sat, 21 Nov 2026 15:09:32 GMT";
    answer(always({ gitVersion: "v1.36.3" }, 200, { date }));
    expect(await admin.serverTime()).toEqual(new Date("2026-11-21T15:09:32Z"));
  });

  test.each([
    ["no Date", undefined],
    ["a Date in words", "yesterday"],
    ["a Date that no calendar has", "Sat, 42 Nov 2026 15:09:32 GMT"],
    ["a year alone", "2026"],
  ])("comes without a clock where there is %s", async (_, date) => {
    answer((_seen, response: Response) => {
      response.sendDate = false;
      json(response, 200, { gitVersion: "v1.36.3" }, date === undefined ? {} : { date });
    });
    expect(await admin.serverTime()).toBeUndefined();
  });
});

describe("what a server serves", () => {
  const list = (...names: string[]) => ({
    kind: "APIResourceList",
    resources: names.map((name) => ({ name, namespaced: true })),
  });

  test.each<[string, Respond, boolean]>([
    ["named", always(list("roles", "roles/status", "rolebindings")), true],
    ["not named", always(list("roles/status", "role", "rolebindings")), false],
    ["an empty group", always({ kind: "APIResourceList", resources: null }), false],
    ["no such group", page(404, "404 page not found\n"), false],
    ["no such version", always(status(404, "NotFound", "not found"), 404), false],
  ])("is asked for by group: %s", async (_, respond, expected) => {
    answer(respond);
    expect(await admin.serves("rbac.authorization.k8s.io/v1", "roles")).toBe(expected);
    expect(server.seen[0]?.url).toBe("/apis/rbac.authorization.k8s.io/v1");
  });

  test("has the core group at a place of its own", async () => {
    answer(always(list("secrets")));
    expect(await admin.serves("v1", "secrets")).toBe(true);
    expect(server.seen[0]?.url).toBe("/api/v1");
  });

  test("isn't told by another kind", async () => {
    answer(always({ kind: "SecretList", resources: [] }));
    const error = await failureOf(admin.serves("v1", "secrets"));
    expect(error.kind).toBe("malformed");
  });
});
