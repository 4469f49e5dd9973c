/** What a cluster's controllers do of themselves, where they run. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { HttpAnswer } from "../http-client.ts";
import { apply, type ContractContext, expectStatus } from "./context.ts";

export function controllerContract(context: ContractContext): void {
  describe("controllers", () => {
    const until = async (status: number, ask: () => Promise<HttpAnswer>) => {
      const deadline = Date.now() + 30_000;
      let answer = await ask();
      while (answer.status !== status && Date.now() < deadline) {
        await sleep(100);
        answer = await ask();
      }
      expectStatus(answer, status);
    };

    test("make an account in each new namespace, and end deleted ones with all that is in them", async () => {
      const namespace = await context.namespace();
      const path = `/api/v1/namespaces/${namespace}`;
      const account = `${path}/serviceaccounts/default`;
      await until(200, () => context.admin.send("GET", account));
      await apply(context.admin, { namespace, name: "s" });
      const answer = await context.admin.send("POST", `${account}/token`, { body: {} });
      const user = context.as(String(answer.at("status", "token")));
      expectStatus(await user.send("GET", "/api/v1/namespaces"), 403);

      const deleted = await context.admin.send("DELETE", path);
      expect(deleted.at("status", "phase")).toBe("Terminating");
      await until(404, () => context.admin.send("GET", path));
      const left = await context.admin.send("GET", `${path}/secrets`);
      expect(left.at("items")).toEqual([]);
      await until(401, () => user.send("GET", "/api/v1/namespaces"));

      // Of the same name, and nothing of the old one is there.
      const body = { metadata: { name: namespace } };
      expectStatus(await context.admin.send("POST", "/api/v1/namespaces", { body }), 201);
      expectStatus(await context.admin.send("GET", `${path}/secrets/s`), 404);
    }, 60_000);
  });
}
