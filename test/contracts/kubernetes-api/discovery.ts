/** What a server says of itself: its version, its clock, and what it serves. */
import { describe, expect, test } from "vitest";
import { groups, resourceLists } from "../../fakes/kubernetes-api/discovery-table.ts";
import { type ContractContext, expectFailure, expectStatus } from "./context.ts";

export function discoveryContract(context: ContractContext): void {
  describe("discovery", () => {
    test("tells the version, and the time with every answer", async () => {
      const answer = await context.admin.send("GET", "/version");
      const { major, minor } = Object(answer.json);
      expect(answer.at("gitVersion")).toMatch(new RegExp(`^v${major}\\.${minor}\\.\\d+$`));
      const refused = await context.as("nobody").send("GET", "/version");
      for (const { headers } of [answer, refused]) {
        expect(headers["date"]).toMatch(/^\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/);
        expect(Math.abs(Date.parse(String(headers["date"])) - Date.now())).toBeLessThan(5000);
      }
    });

    test("names the groups and their versions", async () => {
      const answer = await context.admin.send("GET", "/apis");
      expect(answer.at("kind")).toBe("APIGroupList");
      const list = answer.at("groups");
      const served = Object.fromEntries(
        (Array.isArray(list) ? list : []).map(({ name, versions }) => [
          name,
          versions.map(({ version }: { readonly version: string }) => version),
        ]),
      );
      expect(served).toEqual(Object.fromEntries(groups));
      expect((await context.admin.send("GET", "/apis/apps")).json).toEqual({
        kind: "APIGroup",
        apiVersion: "v1",
        name: "apps",
        versions: [{ groupVersion: "apps/v1", version: "v1" }],
        preferredVersion: { groupVersion: "apps/v1", version: "v1" },
      });
    });

    test.each([...resourceLists])("lists the resources of %s", async (groupVersion, resources) => {
      const root = groupVersion === "v1" ? "/api" : "/apis";
      const answer = await context.admin.send("GET", `${root}/${groupVersion}`);
      expectStatus(answer, 200);
      expect(answer.json).toMatchObject({ kind: "APIResourceList", groupVersion, resources });
    });

    test("is open to everybody who is authenticated", async () => {
      const user = context.as(await context.target.tokenFor());
      for (const path of ["/api", "/api/v1", "/apis", "/apis/apps", "/apis/apps/v1"]) {
        expectStatus(await user.send("GET", path), 200);
        expectStatus(await context.as(undefined).send("GET", path), 403);
      }
    });

    test.each(["/api/v2", "/apis/apps/v2", "/apis/apps/v1/nothing", "/apis/apps/v2/deployments"])(
      "answers with a Status that %s isn't there",
      async (path) => {
        expectFailure(
          await context.admin.send("GET", path),
          404,
          "NotFound",
          "^the server could not find the requested resource$",
        );
      },
    );

    test.each(["/apis/example.com", "/apis/example.com/v1", "/apis/example.com/v1/things"])(
      "answers in plain text that %s isn't there",
      async (path) => {
        const answer = await context.admin.send("GET", path);
        expect([answer.status, answer.text]).toEqual([404, "404 page not found\n"]);
      },
    );

    test("takes nothing but questions", async () => {
      const answer = await context.admin.send("POST", "/apis/apps/v1", { body: {} });
      expectFailure(answer, 405, "MethodNotAllowed", "^the server does not allow this method");
    });
  });
}
