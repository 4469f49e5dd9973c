/** Reviews: who am I, and what may I do? */
import { beforeAll, describe, expect, test } from "vitest";
import type { HttpClient } from "../http-client.ts";
import { type ContractContext, expectFailure, expectStatus } from "./context.ts";
import { subjectOf } from "./policy-scene.ts";

const selfPath = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
const accessPath = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

export function reviewContract(context: ContractContext): void {
  describe("SelfSubjectReview", () => {
    const body = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };

    test("says who asks", async () => {
      const token = await context.target.tokenFor();
      const answer = await context.as(token).send("POST", selfPath, { body });
      expectStatus(answer, 201);
      expect(answer.json).toEqual({
        ...body,
        metadata: { creationTimestamp: expect.stringMatching(/Z$/) },
        status: {
          userInfo: {
            username: subjectOf(token),
            uid: expect.stringMatching(/^[-0-9a-f]{36}$/),
            groups: [
              "system:serviceaccounts",
              "system:serviceaccounts:default",
              "system:authenticated",
            ],
            extra: {
              "authentication.kubernetes.io/credential-id": [expect.stringMatching(/^JTI=/)],
            },
          },
        },
      });
      const admin = await context.admin.send("POST", selfPath, { body: {} });
      expect(admin.at("status", "userInfo", "groups")).toEqual([
        "system:masters",
        "system:authenticated",
      ]);
    });

    test("isn't for those whom nobody knows, and is no object", async () => {
      expectFailure(
        await context.as(undefined).send("POST", selfPath, { body }),
        403,
        "Forbidden",
        '^selfsubjectreviews.authentication.k8s.io is forbidden: User "system:anonymous" cannot create',
      );
      expectStatus(await context.admin.send("GET", selfPath), 405);
      expectStatus(await context.admin.send("GET", `${selfPath}/x`), 404);
      const other = { body: { apiVersion: "v1", kind: "Pod" } };
      expectFailure(
        await context.admin.send("POST", selfPath, other),
        400,
        "BadRequest",
        "cannot be handled as a SelfSubjectReview",
      );
    });
  });

  describe("SelfSubjectAccessReview", () => {
    let user: HttpClient;
    let namespace: string;

    beforeAll(async () => {
      namespace = await context.namespace();
      user = context.as(
        await context.target.tokenFor(
          { verbs: ["list", "get"], resources: ["secrets"], resourceNames: ["pull"] },
          { verbs: ["get"], resources: ["namespaces"] },
          { verbs: ["patch"], resources: ["configmaps"], namespaces: [namespace] },
          { verbs: ["create"], resources: ["serviceaccounts/token"], resourceNames: ["own"] },
          { verbs: ["*"], resources: ["*"], apiGroups: ["apps"] },
        ),
      );
    });

    const ask = async (spec: object, as = user) => {
      const answer = await as.send("POST", accessPath, { body: { spec } });
      expectStatus(answer, 201);
      return answer.at("status", "allowed");
    };

    test.each<[asked: Readonly<Record<string, string>>, allowed: boolean]>([
      [{ verb: "list", resource: "secrets", name: "pull" }, true],
      [{ verb: "list", resource: "secrets", name: "pull", namespace: "default" }, true],
      [{ verb: "list", resource: "secrets", name: "pull", namespace: "" }, true],
      [{ verb: "list", resource: "secrets" }, false],
      [{ verb: "list", resource: "secrets", name: "" }, false],
      [{ verb: "list", resource: "secrets", name: "other" }, false],
      [{ verb: "*", resource: "secrets", name: "pull" }, false],
      [{ verb: "list", resource: "secrets", name: "pull", group: "apps" }, true],
      [{ verb: "list", resource: "secrets", name: "pull", group: "batch" }, false],
      [{ verb: "list", resource: "secrets", name: "pull", version: "v9" }, true],
      [{ verb: "get", resource: "namespaces", namespace: "anything" }, true],
      [{ verb: "patch", resource: "configmaps" }, false],
      [{ verb: "create", resource: "serviceaccounts", subresource: "token", name: "own" }, true],
      [{ verb: "create", resource: "serviceaccounts", subresource: "token" }, false],
      [{ verb: "create", resource: "serviceaccounts", name: "own" }, false],
      [{ verb: "delete", resource: "deployments", group: "apps" }, true],
      [{ verb: "update", resource: "deployments", subresource: "scale", group: "apps" }, true],
      [{ verb: "*", resource: "*", group: "apps" }, true],
      [{ verb: "*", resource: "*", group: "*" }, false],
      [{ verb: "create", resource: "selfsubjectreviews", group: "authentication.k8s.io" }, true],
      [{}, false],
    ])("%j: %s", async (resourceAttributes, allowed) => {
      expect(await ask({ resourceAttributes })).toBe(allowed);
    });

    test("knows the rights that hold in one namespace only", async () => {
      const asked = { verb: "patch", resource: "configmaps" };
      expect(await ask({ resourceAttributes: { ...asked, namespace } })).toBe(true);
      expect(await ask({ resourceAttributes: { ...asked, namespace: "default" } })).toBe(false);
    });

    test("knows paths too", async () => {
      const path = (name: string) => ({ nonResourceAttributes: { path: name, verb: "get" } });
      expect(await ask(path("/version"))).toBe(true);
      expect(await ask(path("/apis/apps/v1"))).toBe(true);
      expect(await ask(path("/metrics"))).toBe(false);
      expect(await ask(path("/metrics"), context.admin)).toBe(true);
    });

    test("answers those of system:masters with yes, whatever they ask", async () => {
      const resourceAttributes = { verb: "*", group: "*", resource: "*" };
      expect(await ask({ resourceAttributes }, context.admin)).toBe(true);
    });

    test.each<[spec: object, field: string]>([
      [{}, "spec.resourceAttributes"],
      [
        {
          resourceAttributes: { verb: "get" },
          nonResourceAttributes: { verb: "get", path: "/" },
        },
        "spec.nonResourceAttributes",
      ],
    ])("refuses %j", async (spec, field) => {
      const answer = await user.send("POST", accessPath, { body: { spec } });
      expectFailure(answer, 422, "Invalid", `^.authorization.k8s.io "" is invalid: ${field}: `);
    });
  });
}
