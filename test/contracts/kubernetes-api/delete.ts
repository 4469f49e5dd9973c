/** DELETE, its preconditions, and finalizers. */
import { describe, expect, test } from "vitest";
import {
  apply,
  type ContractContext,
  expectFailure,
  expectStatus,
  merge,
  secretPath,
} from "./context.ts";

export function deleteContract(context: ContractContext): void {
  describe("DELETE", () => {
    test("removes a secret and answers with a Status", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      const path = secretPath(place.namespace, "s");
      const created = await apply(context.admin, place);
      const answer = await context.admin.send("DELETE", path);
      expectStatus(answer, 200);
      expect(answer.json).toEqual({
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Success",
        details: { name: "s", kind: "secrets", uid: created.at("metadata", "uid") },
      });
      expectFailure(
        await context.admin.send("DELETE", path),
        404,
        "NotFound",
        '^secrets "s" not found$',
      );
      const again = await apply(context.admin, place);
      expect(again.at("metadata", "uid")).not.toBe(created.at("metadata", "uid"));
    });

    test("holds its preconditions", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      const path = secretPath(place.namespace, "s");
      const { at } = await apply(context.admin, place);
      expectFailure(
        await context.admin.send("DELETE", path, { body: { preconditions: { uid: "other" } } }),
        409,
        "Conflict",
        /^Operation cannot be fulfilled on Secret "s": the UID in the precondition \(other\) does not match the UID in record/,
      );
      expectFailure(
        await context.admin.send("DELETE", path, {
          body: { preconditions: { resourceVersion: "1" } },
        }),
        409,
        "Conflict",
        /the ResourceVersion in the precondition \(1\) does not match the ResourceVersion in record/,
      );
      const preconditions = { uid: at("metadata", "uid") };
      expectStatus(await context.admin.send("DELETE", path, { body: { preconditions } }), 200);
    });

    test("waits for finalizers", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      const path = secretPath(place.namespace, "s");
      await apply(context.admin, place, { metadata: { finalizers: ["example.com/hold"] } });
      const deleted = await context.admin.send("DELETE", path);
      expectStatus(deleted, 200);
      expect(deleted.at("kind")).toBe("Secret");
      expect(deleted.at("metadata", "deletionTimestamp")).toMatch(/Z$/);
      expectStatus(await context.admin.send("GET", path), 200);
      expectStatus(await merge(context.admin, path, { metadata: { finalizers: null } }), 200);
      expectStatus(await context.admin.send("GET", path), 404);
    });

    test("does nothing in a dry run", async () => {
      const place = { namespace: await context.namespace(), name: "s" };
      const path = secretPath(place.namespace, "s");
      await apply(context.admin, place);
      expectStatus(await context.admin.send("DELETE", `${path}?dryRun=All`), 200);
      expectStatus(await context.admin.send("GET", path), 200);
    });
  });
}
