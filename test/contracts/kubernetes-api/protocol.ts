/** Paths, methods, and the protocols underneath. */
import { connect } from "node:http2";
import { get } from "node:https";
import { describe, expect, test } from "vitest";
import { type ContractContext, expectFailure, secretPath } from "./context.ts";

export function protocolContract(context: ContractContext): void {
  describe("paths and methods", () => {
    test.each([
      ["GET", "/api/v1/nothing"],
      ["GET", "/api/v1/secrets/s"],
      ["GET", "/api/v1/namespaces/default/secrets/s/nothing"],
    ])("%s %s isn't there", async (method, path) => {
      expectFailure(
        await context.admin.send(method, path),
        404,
        "NotFound",
        "^the server could not find the requested resource$",
      );
    });

    test("a path that is no resource's is answered in plain text", async () => {
      const answer = await context.admin.send("GET", "/nothing");
      expect([answer.status, answer.text]).toEqual([404, "404 page not found\n"]);
    });

    test.each([
      ["POST", "/api/v1/secrets"],
      ["PUT", "/api/v1/namespaces/default/secrets"],
      ["POST", "/api/v1/namespaces/default/secrets/s"],
      ["GET", "/api/v1/namespaces/default/serviceaccounts/s/token"],
    ])("%s %s isn't allowed", async (method, path) => {
      const options = method === "GET" ? {} : { body: { metadata: { name: "s" } } };
      expectFailure(
        await context.admin.send(method, path, options),
        405,
        "MethodNotAllowed",
        "^the server does not allow this method on the requested resource$",
      );
    });

    test("an object that isn't there is named", async () => {
      const answer = await context.admin.send("GET", secretPath("default", "absent"));
      expectFailure(answer, 404, "NotFound", '^secrets "absent" not found$');
      expect(answer.at("details")).toEqual({ name: "absent", kind: "secrets" });
    });
  });

  describe("protocols", () => {
    const trust = () =>
      context.target.ca === undefined ? { rejectUnauthorized: false } : { ca: context.target.ca };

    test("HTTP/2, with up to 100 streams at once", async () => {
      const session = connect(context.target.url, trust());
      const streams = await new Promise((resolve, reject) => {
        session.on("error", reject);
        session.on("remoteSettings", (settings) => resolve(settings.maxConcurrentStreams));
      });
      session.close();
      expect(streams).toBe(100);
    });

    test("HTTP/1.1 for those who know no other", async () => {
      const version = await new Promise((resolve, reject) => {
        get(`${context.target.url}/version`, trust(), (answer) => {
          answer.resume().on("end", () => resolve(answer.httpVersion));
        }).on("error", reject);
      });
      expect(version).toBe("1.1");
    });
  });
}
