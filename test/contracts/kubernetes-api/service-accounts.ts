/** Service accounts: the pull secrets that they link, and their tokens. */
import { describe, expect, test } from "vitest";
import type { HttpAnswer } from "../http-client.ts";
import {
  applyPatch,
  type ContractContext,
  expectFailure,
  expectStatus,
  merge,
  owners,
} from "./context.ts";

const accountsPath = (namespace: string) => `/api/v1/namespaces/${namespace}/serviceaccounts`;

export function serviceAccountContract(context: ContractContext): void {
  async function account(fields: object = {}): Promise<string> {
    const path = accountsPath(await context.namespace());
    const body = { metadata: { name: "app" }, ...fields };
    expectStatus(await context.admin.send("POST", path, { body }), 201);
    return `${path}/app`;
  }

  describe("imagePullSecrets", () => {
    test("are replaced as a whole by a merge patch, guarded by resourceVersion", async () => {
      const path = await account({ imagePullSecrets: [{ name: "one" }] });
      const before = await context.admin.send("GET", path);
      const metadata = { resourceVersion: before.at("metadata", "resourceVersion") };
      const imagePullSecrets = [{ name: "one" }, { name: "two" }];
      const after = await merge(context.admin, path, { metadata, imagePullSecrets });
      expectStatus(after, 200);
      expect(after.at("imagePullSecrets")).toEqual(imagePullSecrets);
      const late = await merge(context.admin, path, { metadata, imagePullSecrets: [] });
      expectFailure(
        late,
        409,
        "Conflict",
        /^Operation cannot be fulfilled on serviceaccounts "app": the object has been modified/,
      );
      expect(late.at("details")).toEqual({ name: "app", kind: "serviceaccounts" });
    });

    test("are owned as a whole", async () => {
      const path = await account({
        secrets: [{ name: "mountable" }],
        imagePullSecrets: [{ name: "one" }],
      });
      const answer = await merge(
        context.admin,
        path,
        { imagePullSecrets: [{ name: "one" }, { name: "two" }] },
        "?fieldManager=linker",
      );
      expect(owners(answer)).toEqual([
        ["contract", "Update", { "f:secrets": { ".": {}, 'k:{"name":"mountable"}': {} } }],
        ["linker", "Update", { "f:imagePullSecrets": {} }],
      ]);
      const body = {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name: "app" },
        imagePullSecrets: [{ name: "three" }],
      };
      const applyAccount = (query: string) =>
        context.admin.send("PATCH", `${path}?fieldManager=applier${query}`, {
          contentType: applyPatch,
          body,
        });
      expectFailure(
        await applyAccount(""),
        409,
        "Conflict",
        'conflict with "linker" using v1: .imagePullSecrets',
      );
      const forced = await applyAccount("&force=true");
      expect(forced.at("imagePullSecrets")).toEqual([{ name: "three" }]);
      expect(owners(forced)).toEqual([
        ["applier", "Apply", { "f:imagePullSecrets": {} }],
        ["contract", "Update", { "f:secrets": { ".": {}, 'k:{"name":"mountable"}': {} } }],
      ]);
    });

    test("that are empty aren't there", async () => {
      const path = await account({ imagePullSecrets: [{ name: "one" }] });
      const answer = await merge(context.admin, path, { imagePullSecrets: [] });
      expect(answer.at("imagePullSecrets")).toBeUndefined();
      expect(owners(answer)).toEqual([]);
    });

    test("show in a list by name across all namespaces", async () => {
      const name = context.unique("sa");
      for (const namespace of [await context.namespace(), await context.namespace()]) {
        const body = { metadata: { name }, imagePullSecrets: [{ name: "one" }] };
        await context.admin.send("POST", accountsPath(namespace), { body });
      }
      const answer = await context.admin.send(
        "GET",
        `/api/v1/serviceaccounts?fieldSelector=metadata.name%3D${name}`,
      );
      expect(answer.at("kind")).toBe("ServiceAccountList");
      expect(answer.at("items", 0, "imagePullSecrets")).toEqual([{ name: "one" }]);
      expect(answer.at("items", 1, "imagePullSecrets")).toEqual([{ name: "one" }]);
      expect(answer.at("items", 2)).toBeUndefined();
    });
  });

  test("deleting an account answers with the account", async () => {
    const path = await account();
    const answer = await context.admin.send("DELETE", path);
    expect(answer.at("kind")).toBe("ServiceAccount");
    expectStatus(await context.admin.send("GET", path), 404);
  });

  describe("TokenRequest", () => {
    const request = (path: string, spec: object) =>
      context.admin.send("POST", `${path}/token`, {
        body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec },
      });

    test("grants a token that is its account, and says until when", async () => {
      const path = await account();
      const answer = await request(path, { expirationSeconds: 7200 });
      expectStatus(answer, 201);
      const expires = Date.parse(String(answer.at("status", "expirationTimestamp")));
      expect(Math.abs(expires - Date.now() - 7_200_000)).toBeLessThan(10_000);
      const token = String(answer.at("status", "token"));
      const claims: unknown = JSON.parse(
        Buffer.from(token.split(".")[1] ?? "", "base64url").toString(),
      );
      const [, , , , namespace] = path.split("/");
      const user = `system:serviceaccount:${namespace}:app`;
      expect(claims).toMatchObject({ sub: user, exp: expires / 1000 });
      expectFailure(
        await context.as(token).send("GET", "/api/v1/namespaces"),
        403,
        "Forbidden",
        `^namespaces is forbidden: User "${user}" cannot list resource "namespaces" in API group "" at the cluster scope$`,
      );
    });

    test("grants an hour where nothing is asked", async () => {
      const answer = await request(await account(), {});
      expect(answer.at("spec", "expirationSeconds")).toBe(3600);
    });

    test.each([
      [10, 422, "may not specify a duration less than 10 minutes"],
      [10_000_000_000, 422, "may not specify a duration larger than 2\\^32 seconds"],
      ["long", 400, "cannot unmarshal string"],
    ])("refuses %s seconds", async (expirationSeconds, code, message) => {
      const answer = await request(await account(), { expirationSeconds });
      expectFailure(answer, code, code === 422 ? "Invalid" : "BadRequest", message);
    });

    test("refuses an account that isn't there", async () => {
      const path = `${accountsPath(await context.namespace())}/absent`;
      expectFailure(
        await request(path, {}),
        404,
        "NotFound",
        '^serviceaccounts "absent" not found$',
      );
    });

    test("for another audience opens nothing here", async () => {
      const answer = await request(await account(), { audiences: ["elsewhere"] });
      expectStatus(await tryToken(context, answer), 401);
    });

    test("is revoked with its account", async () => {
      const path = await account();
      const answer = await request(path, {});
      expectStatus(await tryToken(context, answer), 403);
      await context.admin.send("DELETE", path);
      // A real server remembers a token that it has seen for about ten seconds.
      const deadline = Date.now() + 20_000;
      let last = await tryToken(context, answer);
      while (last.status !== 401 && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 500));
        last = await tryToken(context, answer);
      }
      expectFailure(last, 401, "Unauthorized", "^Unauthorized$");
    }, 30_000);
  });
}

function tryToken(context: ContractContext, answer: HttpAnswer): Promise<HttpAnswer> {
  return context.as(String(answer.at("status", "token"))).send("GET", "/api/v1/namespaces");
}
