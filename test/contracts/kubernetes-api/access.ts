/** Who is let in, and rights pinned to names. */
import { describe, expect, test } from "vitest";
import {
  apply,
  applyPatch,
  type ContractContext,
  expectFailure,
  expectStatus,
  listMetadata,
  merge,
  secretBody,
  secretPath,
} from "./context.ts";

const secretsNamed = (name: string) => `/api/v1/secrets?fieldSelector=metadata.name%3D${name}`;

export function accessContract(context: ContractContext): void {
  describe("authentication", () => {
    test("refuses a token that nobody has", async () => {
      const answer = await context.as("nobody").send("GET", "/api/v1/namespaces");
      expect(answer.json).toEqual({
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message: "Unauthorized",
        reason: "Unauthorized",
        code: 401,
      });
      expectStatus(await context.as("nobody").send("GET", "/version"), 401);
    });

    test("takes requests without a token for anonymous, who sees the version", async () => {
      const anonymous = context.as(undefined);
      expectFailure(
        await anonymous.send("GET", "/api/v1/namespaces"),
        403,
        "Forbidden",
        '^namespaces is forbidden: User "system:anonymous" cannot list resource "namespaces"',
      );
      expect((await anonymous.send("GET", "/version")).at("major")).toBe("1");
      expect((await anonymous.send("GET", "/readyz")).text).toBe("ok");
      expectStatus(await anonymous.send("GET", "/api"), 403);
    });

    test("tells whoever is let in who they are", async () => {
      const path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
      const review = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
      const token = await context.target.tokenFor({ resources: ["secrets"], verbs: ["list"] });
      const answer = await context.as(token).send("POST", path, { body: review });
      expectStatus(answer, 201);
      expect(answer.at("kind")).toBe("SelfSubjectReview");
      expect(answer.at("status", "userInfo", "username")).toMatch(
        /^system:serviceaccount:default:/,
      );
      expectStatus(await context.as("nobody").send("POST", path, { body: review }), 401);
      expectStatus(await context.as(undefined).send("POST", path, { body: review }), 403);
    });
  });

  describe("rights pinned to a name", () => {
    const secrets = { resources: ["secrets"], resourceNames: ["pull"] };

    test("list that name across all namespaces, and no other", async () => {
      const namespace = await context.namespace();
      await apply(context.admin, { namespace, name: "pull" });
      const user = context.as(await context.target.tokenFor({ ...secrets, verbs: ["list"] }));
      const found = await user.send("GET", secretsNamed("pull"), { accept: listMetadata });
      expectStatus(found, 200);
      expectStatus(await user.send("GET", `${secretsNamed("pull")}&resourceVersion=0`), 200);
      expectStatus(await user.send("GET", `${secretsNamed("pull")},type%3DOpaque`), 200);
      expectStatus(await user.send("GET", `${secretsNamed("pull")}&limit=1`), 200);

      const all = await user.send("GET", "/api/v1/secrets");
      expectFailure(
        all,
        403,
        "Forbidden",
        /^secrets is forbidden: User "system:serviceaccount:default:[^"]+" cannot list resource "secrets" in API group "" at the cluster scope$/,
      );
      expect(all.at("details")).toEqual({ kind: "secrets" });
      const other = await user.send("GET", secretsNamed("other"));
      expectFailure(other, 403, "Forbidden", /^secrets "other" is forbidden: User .* cannot list/);
      expect(other.at("details")).toEqual({ name: "other", kind: "secrets" });
      const inOne = `/api/v1/namespaces/${namespace}/secrets`;
      expectFailure(
        await user.send("GET", `${inOne}?fieldSelector=metadata.name!%3Dpull`),
        403,
        "Forbidden",
        `in the namespace "${namespace}"$`,
      );
      // The right to list a name isn't the right to get it.
      expectStatus(await user.send("GET", `${inOne}/pull`), 403);
    });

    test("create that name by apply, but not by POST", async () => {
      const namespace = await context.namespace();
      const verbs = ["create", "patch"];
      const user = context.as(await context.target.tokenFor({ ...secrets, verbs }));
      expectStatus(await apply(user, { namespace, name: "pull" }), 201);
      const posted = await user.send("POST", `/api/v1/namespaces/${namespace}/secrets`, {
        body: secretBody("pull"),
      });
      expectFailure(posted, 403, "Forbidden", "^secrets is forbidden: .* cannot create resource");
      expectFailure(
        await apply(user, { namespace, name: "other" }),
        403,
        "Forbidden",
        '^secrets "other" is forbidden: .* cannot patch resource "secrets"',
      );
    });

    test("that lack create can only change what is there", async () => {
      const namespace = await context.namespace();
      const user = context.as(await context.target.tokenFor({ ...secrets, verbs: ["patch"] }));
      expectFailure(
        await apply(user, { namespace, name: "pull" }),
        403,
        "Forbidden",
        `^secrets "pull" is forbidden: .* cannot create resource "secrets" in API group "" in the namespace "${namespace}"$`,
      );
      await apply(context.admin, { namespace, name: "pull" });
      expectStatus(await apply(user, { namespace, name: "pull" }, { data: { a: "eA==" } }), 200);
      expectStatus(await merge(user, secretPath(namespace, "pull"), { data: { b: "eA==" } }), 200);
    });

    test("learn of a missing namespace before they learn of missing rights", async () => {
      const user = context.as(await context.target.tokenFor({ ...secrets, verbs: ["patch"] }));
      const namespace = context.unique("absent");
      expectFailure(
        await apply(user, { namespace, name: "pull" }),
        404,
        "NotFound",
        `^namespaces "${namespace}" not found$`,
      );
    });

    test("renew their own token, and no other account's", async () => {
      const namespace = await context.namespace();
      for (const name of ["own", "other"]) {
        await context.admin.send("POST", `/api/v1/namespaces/${namespace}/serviceaccounts`, {
          body: { metadata: { name } },
        });
      }
      const user = context.as(
        await context.target.tokenFor({
          verbs: ["create"],
          resources: ["serviceaccounts/token"],
          resourceNames: ["own"],
          namespaces: [namespace],
        }),
      );
      const path = `/api/v1/namespaces/${namespace}/serviceaccounts`;
      expectStatus(await user.send("POST", `${path}/own/token`, { body: {} }), 201);
      expectFailure(
        await user.send("POST", `${path}/other/token`, { body: {} }),
        403,
        "Forbidden",
        '^serviceaccounts "other" is forbidden: .* cannot create resource "serviceaccounts/token"',
      );
    });

    test("hold in a namespace only, if a Role gives them", async () => {
      const [namespace, elsewhere] = [await context.namespace(), await context.namespace()];
      const rule = { ...secrets, verbs: ["list", "patch", "create"], namespaces: [namespace] };
      const user = context.as(await context.target.tokenFor(rule));
      const selector = "fieldSelector=metadata.name%3Dpull";
      expectStatus(
        await user.send("GET", `/api/v1/namespaces/${namespace}/secrets?${selector}`),
        200,
      );
      expectStatus(await apply(user, { namespace, name: "pull" }), 201);
      expectStatus(await apply(user, { namespace: elsewhere, name: "pull" }), 403);
      expectStatus(await user.send("GET", secretsNamed("pull")), 403);
    });

    test("delete and read what they name", async () => {
      const namespace = await context.namespace();
      await apply(context.admin, { namespace, name: "pull" });
      await apply(context.admin, { namespace, name: "other" });
      const verbs = ["get", "delete"];
      const user = context.as(await context.target.tokenFor({ ...secrets, verbs }));
      expectStatus(await user.send("GET", secretPath(namespace, "pull")), 200);
      expectStatus(await user.send("DELETE", secretPath(namespace, "pull")), 200);
      expectStatus(await user.send("GET", secretPath(namespace, "pull")), 404);
      expectStatus(await user.send("GET", secretPath(namespace, "other")), 403);
      expectStatus(await user.send("DELETE", secretPath(namespace, "other")), 403);
    });
  });

  test("several rights of one user add up", async () => {
    const namespace = await context.namespace();
    const user = context.as(
      await context.target.tokenFor(
        { verbs: ["list"], resources: ["namespaces"] },
        { verbs: ["list", "patch"], resources: ["serviceaccounts"], resourceNames: ["app"] },
      ),
    );
    await context.admin.send("POST", `/api/v1/namespaces/${namespace}/serviceaccounts`, {
      body: { metadata: { name: "app" } },
    });
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/app`;
    expectStatus(await user.send("GET", "/api/v1/namespaces?resourceVersion=0"), 200);
    expectStatus(await merge(user, path, { imagePullSecrets: [{ name: "pull" }] }), 200);
    expectStatus(await user.send("GET", path), 403);
    expectStatus(await user.send("GET", `/api/v1/namespaces/${namespace}`), 403);
  });

  test("a user without any right learns nothing of paths, but the version", async () => {
    const user = context.as(await context.target.tokenFor());
    expectFailure(
      await user.send("GET", "/nothing"),
      403,
      "Forbidden",
      'cannot get path "/nothing"$',
    );
    expectFailure(
      await user.send("GET", "/api/v1/nothing"),
      403,
      "Forbidden",
      '^nothing is forbidden: .* cannot list resource "nothing" in API group "" at the cluster scope$',
    );
    const apps = await user.send("GET", "/apis/apps/v1/namespaces/x/deployments/y");
    expectFailure(apps, 403, "Forbidden", '^deployments.apps "y" is forbidden: ');
    expect(apps.at("details")).toEqual({ name: "y", group: "apps", kind: "deployments" });
    expectStatus(await user.send("GET", "/version"), 200);
    expectStatus(await user.send("GET", "/api"), 200);
    expectStatus(
      await user.send("PATCH", secretPath("x", "y"), { contentType: applyPatch, body: "{}" }),
      403,
    );
  });
}
