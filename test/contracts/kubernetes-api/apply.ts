/** Server-side apply. */
import { describe, expect, test } from "vitest";
import {
  apply,
  applyPatch,
  base64,
  type ContractContext,
  dockerConfigType,
  expectFailure,
  expectStatus,
  force,
  oneMetadata,
  owners,
  secretBody,
  secretPath,
} from "./context.ts";

const dockerConfig = (content: object) => ({
  type: dockerConfigType,
  data: { ".dockerconfigjson": base64(JSON.stringify(content)) },
});

export function applyContract(context: ContractContext): void {
  describe("server-side apply", () => {
    test("creates what isn't there with 201, and answers 200 afterwards", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      const created = await apply(context.admin, place, dockerConfig({}));
      expectStatus(created, 201);
      expect(created.at("metadata", "uid")).toMatch(/^[0-9a-f-]{36}$/);
      expect(created.at("metadata", "creationTimestamp")).toMatch(/^\d{4}-.*T[\d:]{8}Z$/);
      expect(created.at("type")).toBe(dockerConfigType);
      const changed = await apply(context.admin, place, dockerConfig({ auths: {} }));
      expectStatus(changed, 200);
      expect(changed.at("metadata", "uid")).toBe(created.at("metadata", "uid"));
      expect(Number(changed.at("metadata", "resourceVersion"))).toBeGreaterThan(
        Number(created.at("metadata", "resourceVersion")),
      );
    });

    test("writes nothing when nothing changes", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      const created = await apply(context.admin, place, dockerConfig({}));
      // Times have whole seconds: this one must not move either.
      await context.target.nextSecond();
      const again = await apply(context.admin, place, dockerConfig({}));
      expectStatus(again, 200);
      expect(again.json).toEqual(created.json);
    });

    test("takes YAML too", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      const body = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {a: eA==}\n";
      const answer = await apply(context.admin, place, {}, { body });
      expectStatus(answer, 201);
      expect(answer.at("data")).toEqual({ a: "eA==" });
    });

    test("answers with metadata only when asked to", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      const answer = await apply(context.admin, place, dockerConfig({}), { accept: oneMetadata });
      expectStatus(answer, 201);
      expect(answer.json).toEqual({
        kind: "PartialObjectMetadata",
        apiVersion: "meta.k8s.io/v1",
        metadata: expect.objectContaining({ name: "s", namespace: place.namespace }),
      });
      expect(owners(answer)).toEqual([
        ["applier", "Apply", { "f:data": { "f:.dockerconfigjson": {} }, "f:type": {} }],
      ]);
    });

    test("makes the type Opaque without owning it where none is given", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      const answer = await apply(context.admin, place, { data: { a: "eA==" } });
      expect(answer.at("type")).toBe("Opaque");
      expect(owners(answer)).toEqual([["applier", "Apply", { "f:data": { "f:a": {} } }]]);
    });

    test("changes nothing in a dry run", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      const path = secretPath(place.namespace, place.name);
      const dry = { query: "&dryRun=All" };
      expectStatus(await apply(context.admin, place, {}, dry), 201);
      expectStatus(await context.admin.send("GET", path), 404);
      const created = await apply(context.admin, place, { data: { a: "eA==" } });
      const tried = await apply(context.admin, place, { data: { a: "eQ==" } }, dry);
      expect(tried.at("data", "a")).toBe("eQ==");
      expect((await context.admin.send("GET", path)).json).toEqual(created.json);
    });

    test("removes a field that its manager no longer applies", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      await apply(context.admin, place, {
        metadata: { labels: { kept: "1", gone: "1" }, annotations: { gone: "1" } },
        data: { a: "eA==", b: "eA==" },
      });
      const answer = await apply(context.admin, place, {
        metadata: { labels: { kept: "1" } },
        data: { a: "eA==" },
      });
      expectStatus(answer, 200);
      expect(answer.at("data")).toEqual({ a: "eA==" });
      expect(answer.at("metadata", "labels")).toEqual({ kept: "1" });
      expect(answer.at("metadata", "annotations")).toBeUndefined();
    });

    test("keeps what other managers own", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      await apply(context.admin, place, { data: { a: "eA==", shared: "eA==" } });
      await apply(
        context.admin,
        place,
        { data: { b: "eA==", shared: "eA==" } },
        { manager: "other" },
      );
      const answer = await apply(context.admin, place, { data: { a: "eA==" } });
      expect(answer.at("data")).toEqual({ a: "eA==", b: "eA==", shared: "eA==" });
    });

    describe("guarded by resourceVersion", () => {
      test("refuses a stale one, whatever the force", async () => {
        const place = { namespace: await context.namespace(), name: "s" };
        const first = await apply(context.admin, place, { data: { a: "eA==" } });
        await apply(context.admin, place, { data: { a: "eQ==" } });
        const metadata = { resourceVersion: first.at("metadata", "resourceVersion") };
        const answer = await apply(context.admin, place, { metadata, data: { a: "eg==" } }, force);
        expectFailure(
          answer,
          409,
          "Conflict",
          /^Operation cannot be fulfilled on secrets "s": the object has been modified; please apply/,
        );
        expect(answer.at("details")).toEqual({ name: "s", kind: "secrets" });
      });

      test("refuses a stale one even if nothing would change", async () => {
        const place = { namespace: await context.namespace(), name: "s" };
        const fields = { data: { a: "eA==" } };
        await apply(context.admin, place, fields);
        const metadata = { resourceVersion: "1" };
        expectStatus(await apply(context.admin, place, { ...fields, metadata }), 409);
      });

      test("accepts the current one, and 0 as no guard", async () => {
        const place = { namespace: await context.namespace(), name: "s" };
        const first = await apply(context.admin, place, { data: { a: "eA==" } });
        const metadata = { resourceVersion: first.at("metadata", "resourceVersion") };
        expectStatus(await apply(context.admin, place, { metadata, data: { a: "eQ==" } }), 200);
        const none = { resourceVersion: "0" };
        expectStatus(await apply(context.admin, place, { metadata: none, data: {} }), 200);
      });

      test("creates what has gone meanwhile: the guard holds for live objects only", async () => {
        const place = { namespace: await context.namespace(), name: "s" };
        const metadata = { resourceVersion: "5" };
        expectStatus(await apply(context.admin, place, { metadata }, force), 201);
      });
    });

    test("refuses another uid", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      const metadata = { uid: "00000000-0000-0000-0000-000000000000" };
      expectFailure(
        await apply(context.admin, place, { metadata }),
        409,
        "Conflict",
        "uid mismatch: the provided object specified uid 00000000-0000-0000-0000-000000000000, and no existing object was found",
      );
      await apply(context.admin, place);
      expectFailure(
        await apply(context.admin, place, { metadata }),
        422,
        "Invalid",
        "metadata.uid: Invalid value: .*: field is immutable",
      );
    });

    test("demands a field manager, of at most 128 bytes", async () => {
      const namespace = await context.namespace();
      const path = secretPath(namespace, "s");
      const options = { contentType: applyPatch, body: secretBody("s") };
      expectFailure(
        await context.admin.send("PATCH", path, options),
        422,
        "Invalid",
        'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
      );
      expectFailure(
        await context.admin.send("PATCH", `${path}?fieldManager=${"m".repeat(129)}`, options),
        422,
        "Invalid",
        "fieldManager: Too long",
      );
    });

    test.each<[what: string, body: object | string, code: number, message: RegExp]>([
      ["another name", secretBody("other"), 400, /name of the object \(other\) does not match/],
      [
        "no name",
        { apiVersion: "v1", kind: "Secret", metadata: {} },
        400,
        /\(s based on URL\) was undeterminable: name must be provided/,
      ],
      [
        "another namespace",
        secretBody("s", { metadata: { namespace: "elsewhere" } }),
        400,
        /namespace of the provided object does not match the namespace sent/,
      ],
      [
        "another kind",
        { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "s" } },
        400,
        /^invalid object type: \/v1, Kind=ConfigMap$/,
      ],
      [
        "no apiVersion",
        { kind: "Secret", metadata: { name: "s" } },
        400,
        /^invalid object type: \/, Kind=Secret$/,
      ],
      [
        "managedFields",
        secretBody("s", { metadata: { managedFields: [{ manager: "x" }] } }),
        400,
        /^metadata.managedFields must be nil$/,
      ],
      ["broken YAML", "{", 400, /^error decoding YAML: /],
      ["a list", "[]", 400, /^error decoding YAML: .*cannot unmarshal array/],
      ["nothing", "", 400, /^invalid object type: \/, Kind=$/],
      [
        "an unknown field",
        secretBody("s", { bogus: 1 }),
        500,
        /^failed to create typed patch object \(\/s; \/v1, Kind=Secret\): \.bogus: field not declared in schema$/,
      ],
      [
        "a number as label",
        secretBody("s", { metadata: { labels: { a: 1 } } }),
        500,
        /\.metadata\.labels\.a: expected string, got /,
      ],
      [
        "data that isn't base64",
        secretBody("s", { data: { a: "e" } }),
        500,
        /illegal base64 data at input byte/,
      ],
    ])("refuses a body with %s", async (_what, body, code, message) => {
      const place = { namespace: await context.namespace(), name: "s" };
      const answer = await apply(context.admin, place, {}, { body });
      expectFailure(answer, code, code === 400 ? "BadRequest" : undefined, message);
    });
  });
}
