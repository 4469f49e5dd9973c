/** POST, PUT and JSON merge patches. */
import { describe, expect, test } from "vitest";
import {
  apply,
  type ContractContext,
  expectFailure,
  expectStatus,
  merge,
  mergePatch,
  oneMetadata,
  owners,
  secretBody,
  secretPath,
} from "./context.ts";

const secretsPath = (namespace: string) => `/api/v1/namespaces/${namespace}/secrets`;

export function updateContract(context: ContractContext): void {
  describe("POST", () => {
    test("creates once", async () => {
      const path = secretsPath(await context.namespace());
      const body = { metadata: { name: "s" }, data: { a: "eA==" } };
      const created = await context.admin.send("POST", path, { body, accept: oneMetadata });
      expectStatus(created, 201);
      expect(created.at("kind")).toBe("PartialObjectMetadata");
      const again = await context.admin.send("POST", path, { body });
      expectFailure(again, 409, "AlreadyExists", '^secrets "s" already exists$');
      expect(again.at("details")).toEqual({ name: "s", kind: "secrets" });
    });

    test("encodes stringData, and makes up a name", async () => {
      const path = secretsPath(await context.namespace());
      const body = { metadata: { generateName: "made-" }, stringData: { a: "x" } };
      const answer = await context.admin.send("POST", path, { body });
      expectStatus(answer, 201);
      expect(answer.at("metadata", "name")).toMatch(/^made-[a-z0-9]{5}$/);
      expect(answer.at("data")).toEqual({ a: "eA==" });
      expect(answer.at("stringData")).toBeUndefined();
    });

    test.each<[what: string, body: object | string, code: number, reason: string | undefined]>([
      ["no name", { metadata: {} }, 422, "Invalid"],
      ["no JSON", "zz", 400, "BadRequest"],
      ["a resourceVersion", { metadata: { name: "s", resourceVersion: "1" } }, 500, undefined],
      ["a number as data", { metadata: { name: "s" }, data: { a: 1 } }, 400, "BadRequest"],
      [
        "another kind",
        { kind: "Pod", apiVersion: "v1", metadata: { name: "s" } },
        400,
        "BadRequest",
      ],
      ["another namespace", { metadata: { name: "s", namespace: "x" } }, 400, "BadRequest"],
    ])("refuses a body with %s", async (_what, body, code, reason) => {
      const path = secretsPath(await context.namespace());
      expectFailure(await context.admin.send("POST", path, { body }), code, reason, "");
    });

    test("refuses other content types", async () => {
      const path = secretsPath(await context.namespace());
      const options = { body: secretBody("s"), contentType: "text/plain" };
      expectFailure(
        await context.admin.send("POST", path, options),
        415,
        "UnsupportedMediaType",
        "^the body of the request was in an unknown format - accepted media types include: ",
      );
    });

    test("refuses a namespace that isn't there", async () => {
      const namespace = context.unique("absent");
      const answer = await context.admin.send("POST", secretsPath(namespace), {
        body: secretBody("s"),
      });
      expectFailure(answer, 404, "NotFound", `^namespaces "${namespace}" not found$`);
      expect(answer.at("details")).toEqual({ name: namespace, kind: "namespaces" });
    });
  });

  describe("PUT", () => {
    test("replaces the whole object, and keeps its uid", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      const before = await apply(context.admin, place, {
        metadata: { labels: { l: "1" } },
        data: { a: "eA==", b: "eA==" },
      });
      const after = await context.admin.send("PUT", secretPath(place.namespace, "s"), {
        body: { metadata: { name: "s" }, data: { a: "eA==", c: "eA==" } },
      });
      expectStatus(after, 200);
      expect(after.at("data")).toEqual({ a: "eA==", c: "eA==" });
      expect(after.at("metadata", "labels")).toBeUndefined();
      expect(after.at("metadata", "uid")).toBe(before.at("metadata", "uid"));
      expect(owners(after)).toEqual([
        ["applier", "Apply", { "f:data": { "f:a": {} } }],
        ["contract", "Update", { "f:data": { "f:c": {} } }],
      ]);
    });

    test("refuses a stale resourceVersion, another name, and what isn't there", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      const path = secretPath(place.namespace, "s");
      await apply(context.admin, place);
      const stale = { metadata: { name: "s", resourceVersion: "1" } };
      expectFailure(
        await context.admin.send("PUT", path, { body: stale }),
        409,
        "Conflict",
        "the object has been modified",
      );
      expectFailure(
        await context.admin.send("PUT", path, { body: { metadata: { name: "t" } } }),
        400,
        "BadRequest",
        /^the name of the object \(t\) does not match the name on the URL \(s\)$/,
      );
      expectFailure(
        await context.admin.send("PUT", secretPath(place.namespace, "t"), {
          body: { metadata: { name: "t" } },
        }),
        404,
        "NotFound",
        '^secrets "t" not found$',
      );
    });
  });

  describe("a JSON merge patch", () => {
    test("sets, replaces and removes", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      await apply(context.admin, place, {
        metadata: { labels: { l: "1" } },
        data: { a: "eA==", b: "eA==" },
      });
      const answer = await merge(context.admin, secretPath(place.namespace, "s"), {
        metadata: { labels: null, annotations: { n: "1" } },
        data: { a: null, b: "eQ==", c: "eA==" },
        unknown: "is dropped",
      });
      expectStatus(answer, 200);
      expect(answer.at("data")).toEqual({ b: "eQ==", c: "eA==" });
      expect(answer.at("metadata", "labels")).toBeUndefined();
      expect(answer.at("metadata", "annotations")).toEqual({ n: "1" });
      expect(answer.at("unknown")).toBeUndefined();
    });

    test("writes nothing when nothing changes", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      const before = await apply(context.admin, place, { data: { a: "eA==" } });
      const answer = await merge(context.admin, secretPath(place.namespace, "s"), {
        data: { a: "eA==" },
      });
      expect(answer.json).toEqual(before.json);
    });

    test("is guarded by the resourceVersion that it carries", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      const path = secretPath(place.namespace, "s");
      const before = await apply(context.admin, place);
      const metadata = { resourceVersion: before.at("metadata", "resourceVersion") };
      expectStatus(await merge(context.admin, path, { metadata, data: { a: "eA==" } }), 200);
      expectFailure(
        await merge(context.admin, path, { metadata, data: { a: "eQ==" } }),
        409,
        "Conflict",
        "the object has been modified",
      );
    });

    test("refuses force, a list, another name, and what isn't there", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      const path = secretPath(place.namespace, "s");
      await apply(context.admin, place);
      expectFailure(
        await merge(context.admin, path, {}, "?force=true"),
        422,
        "Invalid",
        "force: Forbidden: may not be specified for non-apply patch",
      );
      expectFailure(
        await context.admin.send("PATCH", path, { contentType: mergePatch, body: "[]" }),
        400,
        "BadRequest",
        "^error decoding patch: json: cannot unmarshal array",
      );
      expectFailure(
        await merge(context.admin, path, { metadata: { name: "t" } }),
        400,
        "BadRequest",
        /^the name of the object \(t\) does not match/,
      );
      expectFailure(
        await merge(context.admin, secretPath(place.namespace, "t"), {}),
        404,
        "NotFound",
        '^secrets "t" not found$',
      );
    });

    test("that can't be read is answered with the object's own data", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      await apply(context.admin, place, { data: { a: "c2VjcmV0" } });
      const answer = await merge(context.admin, secretPath(place.namespace, "s"), {
        data: { b: 1 },
      });
      expectFailure(answer, 422, "Invalid", "patch: Invalid value: .*c2VjcmV0.*");
      expect(answer.at("details", "causes", 0, "field")).toBe("patch");
    });
  });

  test("a patch of no known kind is refused", async () => {
    const path = secretPath(await context.namespace(), "s");
    const options = { contentType: "application/json", body: "{}" };
    expectFailure(
      await context.admin.send("PATCH", path, options),
      415,
      "UnsupportedMediaType",
      "^415: Unsupported Media Type$",
    );
  });
}
