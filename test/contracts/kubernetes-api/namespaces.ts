/** Namespaces, and how they end. */
import { describe, expect, test } from "vitest";
import {
  apply,
  type ContractContext,
  expectFailure,
  expectStatus,
  listMetadata,
  merge,
  secretBody,
} from "./context.ts";

export function namespaceContract(context: ContractContext): void {
  describe("namespaces", () => {
    test("are active from the start, and carry their name as a label", async () => {
      const name = await context.namespace({ team: "x" });
      const answer = await context.admin.send("GET", `/api/v1/namespaces/${name}`);
      expect(answer.json).toMatchObject({
        kind: "Namespace",
        metadata: { name, labels: { team: "x", "kubernetes.io/metadata.name": name } },
        spec: { finalizers: ["kubernetes"] },
        status: { phase: "Active" },
      });
    });

    test("exist once, and have DNS labels as names", async () => {
      const name = await context.namespace();
      expectFailure(
        await context.admin.send("POST", "/api/v1/namespaces", { body: { metadata: { name } } }),
        409,
        "AlreadyExists",
        `^namespaces "${name}" already exists$`,
      );
      expectFailure(
        await context.admin.send("POST", "/api/v1/namespaces", {
          body: { metadata: { name: "Bad" } },
        }),
        422,
        "Invalid",
        'Namespace "Bad" is invalid: metadata.name: Invalid value: "Bad": a lowercase RFC 1123 label',
      );
    });

    test("are selected by their labels", async () => {
      const run = context.unique("run");
      const first = await context.namespace({ run, team: "x" });
      const second = await context.namespace({ run, team: "y", extra: "1" });
      const third = await context.namespace({ run });
      const select = async (selector: string) => {
        const query = encodeURIComponent(`run=${run},${selector}`);
        const answer = await context.admin.send(
          "GET",
          `/api/v1/namespaces?labelSelector=${query}`,
          {
            accept: listMetadata,
          },
        );
        const items = answer.at("items");
        return Array.isArray(items) ? items.map(({ metadata }) => metadata.name) : [];
      };
      expect(await select("team=x")).toEqual([first]);
      expect(await select("team==x")).toEqual([first]);
      expect(await select("team!=x")).toEqual([second, third].toSorted());
      expect(await select("team in (x, y),!extra")).toEqual([first]);
      expect(await select("team notin (x)")).toEqual([second, third].toSorted());
      expect(await select("extra")).toEqual([second]);
      expect(await select("!team")).toEqual([third]);
    });

    test("change their labels by patch, and keep the one with their name", async () => {
      const name = await context.namespace({ team: "x" });
      const path = `/api/v1/namespaces/${name}`;
      const answer = await merge(context.admin, path, {
        metadata: { labels: { team: null, stage: "dev" } },
      });
      expect(answer.at("metadata", "labels")).toEqual({
        stage: "dev",
        "kubernetes.io/metadata.name": name,
      });
    });

    test("that are deleted are terminating first, and take nothing new", async () => {
      const namespace = await context.namespace();
      const old = { namespace, name: "old" };
      await apply(context.admin, old);
      const deleted = await context.admin.send("DELETE", `/api/v1/namespaces/${namespace}`);
      expectStatus(deleted, 200);
      expect(deleted.at("kind")).toBe("Namespace");
      expect(deleted.at("metadata", "deletionTimestamp")).toMatch(/Z$/);
      expect(deleted.at("status", "phase")).toBe("Terminating");

      const answer = await apply(context.admin, { namespace, name: "new" });
      expectFailure(
        answer,
        403,
        "Forbidden",
        `^secrets "new" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated$`,
      );
      expect(answer.at("details")).toEqual({
        name: "new",
        kind: "secrets",
        causes: [
          {
            reason: "NamespaceTerminating",
            message: `namespace ${namespace} is being terminated`,
            field: "metadata.namespace",
          },
        ],
      });
      const posted = await context.admin.send("POST", `/api/v1/namespaces/${namespace}/secrets`, {
        body: secretBody("new"),
      });
      expectFailure(posted, 403, "Forbidden", "because it is being terminated$");
    });

    test("that aren't there take nothing either", async () => {
      const namespace = context.unique("absent");
      expectFailure(
        await apply(context.admin, { namespace, name: "s" }),
        404,
        "NotFound",
        `^namespaces "${namespace}" not found$`,
      );
      expectFailure(
        await context.admin.send("DELETE", `/api/v1/namespaces/${namespace}`),
        404,
        "NotFound",
        `^namespaces "${namespace}" not found$`,
      );
    });

    test("go when they are finalised", async () => {
      const name = await context.namespace();
      const path = `/api/v1/namespaces/${name}`;
      await context.admin.send("DELETE", path);
      await context.admin.send("PUT", `${path}/finalize`, {
        body: { metadata: { name }, spec: { finalizers: [] } },
      });
      expectFailure(
        await context.admin.send("GET", path),
        404,
        "NotFound",
        `^namespaces "${name}" not found$`,
      );
    });
  });
}
