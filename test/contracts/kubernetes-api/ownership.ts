/** Who owns which field, and what happens where two want the same. */
import { describe, expect, test } from "vitest";
import {
  apply,
  base64,
  type ContractContext,
  dockerConfigType,
  expectFailure,
  expectStatus,
  force,
  merge,
  owners,
  secretBody,
  secretPath,
} from "./context.ts";

export function ownershipContract(context: ContractContext): void {
  describe("field ownership", () => {
    test("an apply conflicts with what another client created, and names it", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      await createByKubectl(context, place.namespace);
      const answer = await apply(context.admin, place, {
        type: dockerConfigType,
        data: { ".dockerconfigjson": base64('{"auths":{}}') },
      });
      expectFailure(
        answer,
        409,
        "Conflict",
        /^Apply failed with 1 conflict: conflict with "kubectl-create" using v1: \.data\.\.dockerconfigjson$/,
      );
      expect(answer.at("details")).toEqual({
        causes: [
          {
            reason: "FieldManagerConflict",
            message: 'conflict with "kubectl-create" using v1',
            field: ".data..dockerconfigjson",
          },
        ],
      });
    });

    test("an apply conflicts with another applier", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      await apply(context.admin, place, { metadata: { labels: { l: "1" } }, data: { a: "eA==" } });
      const answer = await apply(
        context.admin,
        place,
        { metadata: { labels: { l: "2" } }, data: { a: "eQ==" } },
        { manager: "other" },
      );
      expectFailure(
        answer,
        409,
        "Conflict",
        /^Apply failed with 2 conflicts: conflicts with "applier":\n- \.data\.a\n- \.metadata\.labels\.l$/,
      );
      expect(answer.at("details", "causes")).toEqual([
        { reason: "FieldManagerConflict", message: 'conflict with "applier"', field: ".data.a" },
        {
          reason: "FieldManagerConflict",
          message: 'conflict with "applier"',
          field: ".metadata.labels.l",
        },
      ]);
    });

    test("names every manager that it conflicts with", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      await apply(context.admin, place, { data: { a: "eA==" } });
      await merge(
        context.admin,
        secretPath(place.namespace, "s"),
        { data: { b: "eA==" } },
        "?fieldManager=editor",
      );
      const answer = await apply(
        context.admin,
        place,
        { data: { a: "eQ==", b: "eQ==" } },
        { manager: "third" },
      );
      expect(answer.at("message")).toBe(
        'Apply failed with 2 conflicts: conflicts with "applier":\n- .data.a\nconflicts with "editor" using v1:\n- .data.b',
      );
    });

    test("equal values are owned by both", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      await apply(context.admin, place, { data: { a: "eA==" } });
      const answer = await apply(
        context.admin,
        place,
        { data: { a: "eA==" } },
        { manager: "other" },
      );
      expectStatus(answer, 200);
      const fields = { "f:data": { "f:a": {} } };
      expect(new Map(owners(answer).map((owner) => [String(owner), owner]))).toEqual(
        new Map(
          [
            ["applier", "Apply", fields],
            ["other", "Apply", fields],
          ].map((owner) => [String(owner), owner]),
        ),
      );
    });

    test("force takes just the fields that differ", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      await createByKubectl(context, place.namespace);
      const answer = await apply(
        context.admin,
        place,
        {
          type: dockerConfigType,
          metadata: { annotations: { note: "1" } },
          data: { ".dockerconfigjson": base64('{"auths":{}}') },
        },
        force,
      );
      expectStatus(answer, 200);
      expect(owners(answer)).toEqual([
        [
          "applier",
          "Apply",
          {
            "f:data": { "f:.dockerconfigjson": {} },
            "f:metadata": { "f:annotations": { "f:note": {} } },
            "f:type": {},
          },
        ],
        ["kubectl-create", "Update", { "f:data": {}, "f:type": {} }],
      ]);
    });

    test("an edit takes the field from its applier, seen in the metadata", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      const path = secretPath(place.namespace, "s");
      await apply(context.admin, place, { data: { a: "eA==", b: "eA==" } });
      const edited = await merge(
        context.admin,
        path,
        { data: { a: "eQ==" } },
        "?fieldManager=kubectl-edit",
      );
      expect(owners(edited)).toEqual([
        ["applier", "Apply", { "f:data": { "f:b": {} } }],
        ["kubectl-edit", "Update", { "f:data": { "f:a": {} } }],
      ]);
      expectStatus(await apply(context.admin, place, { data: { a: "eA==", b: "eA==" } }), 409);
      const restored = await apply(context.admin, place, { data: { a: "eA==", b: "eA==" } }, force);
      expect(owners(restored)).toEqual([
        ["applier", "Apply", { "f:data": { "f:a": {}, "f:b": {} } }],
      ]);
      expect(restored.at("metadata", "uid")).toBe(edited.at("metadata", "uid"));
    });

    test("a field that an edit removes is nobody's", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      await apply(context.admin, place, { data: { a: "eA==", b: "eA==" } });
      const answer = await merge(context.admin, secretPath(place.namespace, "s"), {
        data: { a: null },
      });
      expect(owners(answer)).toEqual([["applier", "Apply", { "f:data": { "f:b": {} } }]]);
    });

    test("whoever adds the first entry of a map owns the map too", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      await apply(context.admin, place, { data: { a: "eA==" } });
      const answer = await merge(
        context.admin,
        secretPath(place.namespace, "s"),
        { metadata: { labels: { l: "1" } }, data: { b: "eA==" } },
        "?fieldManager=editor",
      );
      expect(owners(answer).at(-1)).toEqual([
        "editor",
        "Update",
        { "f:data": { "f:b": {} }, "f:metadata": { "f:labels": { ".": {}, "f:l": {} } } },
      ]);
    });

    test("edits by one manager gather in one entry, with the time of the last", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      const path = secretPath(place.namespace, "s");
      await apply(context.admin, place, { metadata: { labels: { l: "1" } } });
      const first = await merge(context.admin, path, { data: { a: "eA==" } }, "?fieldManager=e");
      await context.target.nextSecond();
      const second = await merge(context.admin, path, { data: { b: "eA==" } }, "?fieldManager=e");
      expect(owners(second).at(1)).toEqual([
        "e",
        "Update",
        { "f:data": { ".": {}, "f:a": {}, "f:b": {} } },
      ]);
      const time = (answer: typeof first) =>
        String(answer.at("metadata", "managedFields", 1, "time"));
      expect(time(second) > time(first)).toBe(true);
    });

    test("writes without a manager count for the user agent", async () => {
      const namespace = await context.namespace();
      const answer = await context.admin.send("POST", `/api/v1/namespaces/${namespace}/secrets`, {
        body: secretBody("s", { data: { a: "eA==" } }),
        headers: { "user-agent": "robot/7.1 (linux)" },
      });
      expect(answer.at("metadata", "managedFields")).toEqual([
        {
          manager: "robot",
          operation: "Update",
          apiVersion: "v1",
          time: answer.at("metadata", "creationTimestamp"),
          fieldsType: "FieldsV1",
          fieldsV1: { "f:data": { ".": {}, "f:a": {} }, "f:type": {} },
        },
      ]);
    });

    test("an object whose owners were wiped gets one before it is applied to", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      const path = secretPath(place.namespace, "s");
      await apply(context.admin, place, { data: { a: "eA==" } });
      const wiped = await merge(context.admin, path, { metadata: { managedFields: [] } });
      expect(wiped.at("metadata", "managedFields")).toBeUndefined();
      const edited = await merge(context.admin, path, { data: { b: "eA==" } });
      expect(edited.at("metadata", "managedFields")).toBeUndefined();
      expectFailure(
        await apply(context.admin, place, { data: { a: "eQ==" } }),
        409,
        "Conflict",
        'conflict with "before-first-apply" using v1: .data.a',
      );
    });
  });
}

async function createByKubectl(context: ContractContext, namespace: string): Promise<void> {
  const answer = await context.admin.send(
    "POST",
    `/api/v1/namespaces/${namespace}/secrets?fieldManager=kubectl-create`,
    {
      body: secretBody("s", {
        type: dockerConfigType,
        data: { ".dockerconfigjson": base64("{}") },
      }),
    },
  );
  expectStatus(answer, 201);
}
