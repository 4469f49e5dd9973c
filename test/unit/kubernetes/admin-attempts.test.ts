/** Attempts that must be refused, tokens, and which answers count. */
import { inspect } from "node:util";
import { beforeEach, describe, expect, test } from "vitest";
import type { AdminApi } from "../../../src/registration/ports.ts";
import {
  admin,
  always,
  answer,
  connection,
  failureOf,
  page,
  requestOf,
  roleRef,
  secret,
  server,
} from "./admin-scene.ts";
import { json, type Respond, status } from "./api-server.ts";
import { canary, jwt } from "./kubeconfig-fixtures.ts";

describe("an attempt", () => {
  const attempt = { kind: "apply", object: secret } as const;
  const path = "/api/v1/namespaces/web/secrets/ecr-pull";

  test("to apply is a dry run", async () => {
    const body = { kind: "Secret", metadata: { name: "ecr-pull" } };
    const request = await requestOf((admin) => admin.attempt(attempt), body);
    expect(request).toMatchObject({
      method: "PATCH",
      url: `${path}?dryRun=All&fieldManager=ecr-pull-secrets&force=true`,
      type: "application/apply-patch+yaml",
      body: secret,
    });
    expect(request.accept).toMatch(/as=PartialObjectMetadata;/);
  });

  test("to merge is a dry run", async () => {
    const ref = { ...roleRef, apiVersion: "apps/v1", kind: "Deployment" };
    const merge = { kind: "merge", ref, patch: { spec: { paused: true } } } as const;
    expect(await requestOf((admin) => admin.attempt(merge), { kind: "Deployment" })).toMatchObject({
      method: "PATCH",
      url: "/apis/apps/v1/namespaces/web/deployments/ecr-pull-secrets?dryRun=All&fieldManager=ecr-pull-secrets",
      type: "application/merge-patch+json",
      body: { spec: { paused: true } },
    });
  });

  test.each([200, 201])("that is answered with %i was allowed", async (code) => {
    answer(always({ kind: "PartialObjectMetadata" }, code));
    expect(await admin.attempt(attempt)).toEqual({ outcome: "allowed" });
  });

  const user = "system:serviceaccount:ecr-pull-secrets:ecr-pull-secrets";
  const rbac = `secrets "ecr-pull" is forbidden: User "${user}" cannot patch resource "secrets" in API group "" in the namespace "web"`;
  const grant = `clusterroles.rbac.authorization.k8s.io "more" is forbidden: user "${user}" (groups=["system:serviceaccounts"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["*"]}`;
  const denial = (policy: string, said = "only Opaque") =>
    `ValidatingAdmissionPolicy '${policy}' with binding '${policy}' denied request: ${said}`;
  /** As kube-apiserver 1.36 answers: the cause is the denial alone. */
  const denied = (code: number, reason: string, policy: string, said?: string): Respond => {
    const message = denial(policy, said);
    const whole = `secrets "ecr-pull" is forbidden: ${message}`;
    return always(status(code, reason, whole, { causes: [{ message }] }), code);
  };

  test.each<[string, Respond, "authorization" | "policy"]>([
    ["RBAC", always(status(403, "Forbidden", rbac), 403), "authorization"],
    ["RBAC, on what it would grant", always(status(403, "Forbidden", grant), 403), "authorization"],
    ["our policy", denied(422, "Invalid", "ecr-pull-secrets"), "policy"],
    ["our policy, as forbidden", denied(403, "Forbidden", "ecr-pull-secrets"), "policy"],
    ["our policy for another namespace", denied(422, "Invalid", "ecr-pull-secrets.ops"), "policy"],
  ])("is refused by %s", async (_, respond, by) => {
    answer(respond);
    const outcome = await admin.attempt(attempt);
    expect(outcome).toMatchObject({ outcome: "refused", by });
    expect(outcome).toHaveProperty(
      "message",
      expect.stringMatching(/^try to change Secret web\/ecr-pull: /),
    );
  });

  test.each<[string, Respond]>([
    ["another's policy", denied(422, "Invalid", "no-tokens")],
    ["a policy with a name like ours", denied(422, "Invalid", "ecr-pull-secrets-audit")],
    ["another's policy in RBAC's words", denied(403, "Forbidden", "trick", rbac)],
    ["another's policy that quotes ours", denied(422, "Invalid", "x", denial("ecr-pull-secrets"))],
    [
      "a webhook that quotes our policy",
      always(
        status(403, "Forbidden", "denied", {
          causes: [{ message: `denied: ${denial("ecr-pull-secrets")}` }],
        }),
        403,
      ),
    ],
    ["a failure in RBAC's words", always(status(500, "InternalError", rbac), 500)],
    [
      "a webhook",
      always(status(403, "Forbidden", 'admission webhook "w.example" denied the request: no'), 403),
    ],
    ["an admission plugin", always(status(403, "Forbidden", "exceeded quota: pods"), 403)],
    ["a page that says 403", page(403, `<html>${canary}</html>`)],
    ["a word without reason", always(status(403, "Forbidden", ""), 403)],
    [
      "a namespace that is going",
      always(status(403, "Forbidden", "x because it is being terminated"), 403),
    ],
    ["no namespace", always(status(404, "NotFound", 'namespaces "web" not found'), 404)],
    ["a conflict", always(status(409, "Conflict", "changed meanwhile"), 409)],
    ["a type that can't change", always(status(422, "Invalid", "type: field is immutable"), 422)],
    ["what is wrong with the object", always(status(422, "Invalid", "data: Required value"), 422)],
    ["a webhook that knows no dry run", always(status(400, "BadRequest", "no dry run"), 400)],
    ["a webhook that is down", always(status(500, "InternalError", "failed calling webhook"), 500)],
  ])("stays unclear by %s", async (_, respond) => {
    answer(respond);
    expect(await admin.attempt(attempt)).toMatchObject({ outcome: "unclear" });
  });

  test.each<[string, Respond, string]>([
    ["a dead credential", always(status(401, "Unauthorized", "no"), 401), "unauthorized"],
    ["a server that is busy", always(status(429, "TooManyRequests", "later"), 429), "throttled"],
    ["a login page", page(200, `<html>${canary}</html>`), "malformed"],
    ["a page that says 404", page(404, "404 page not found\n"), "malformed"],
    ["another address", always({}, 302, { location: `https://${canary}.example` }), "redirect"],
    ["more than anybody reads", always({ kind: "Secret", data: "x".repeat(70_000) }), "too-large"],
  ])("isn't judged by %s", async (_, respond, kind) => {
    answer(respond);
    await expect(admin.attempt(attempt)).rejects.toMatchObject({ name: "ClusterError", kind });
  });
});

describe("a token", () => {
  beforeEach(() => {
    connection.world.nowMs = askedAt.getTime();
    connection.world.pauses.length = 0;
  });

  const account = { namespace: "ops", name: "ecr-pull-secrets" };
  const askedAt = new Date("2026-01-01T00:00:00Z");
  const seconds = (date: string) => Date.parse(date) / 1000;
  const times = (iat: string, exp: string) => ({ iat: seconds(iat), exp: seconds(exp) });
  const granted = (token: unknown, expirationTimestamp: unknown = "2026-01-31T00:00:00Z") => ({
    kind: "TokenRequest",
    spec: { audiences: ["https://kubernetes.default.svc"] },
    status: { token, expirationTimestamp },
  });
  const usual = jwt(times("2026-01-01T00:00:00Z", "2026-01-31T00:00:00Z"));

  test("is asked for with its life, for the API server itself", async () => {
    const call = (admin: AdminApi) => admin.createToken(account, 2_592_000);
    expect(await requestOf(call, granted(usual))).toEqual({
      method: "POST",
      url: "/api/v1/namespaces/ops/serviceaccounts/ecr-pull-secrets/token",
      accept: "application/json",
      type: "application/json",
      body: {
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenRequest",
        spec: { expirationSeconds: 2_592_000 },
      },
    });
  });

  test.each<[string, string, string, string, string]>([
    [
      "as the server says, where its clock and ours agree",
      usual,
      "2026-01-31T00:00:00Z",
      "2026-01-01T00:00:00Z",
      "2026-01-31T00:00:00Z",
    ],
    [
      "from the token's own time, where our clock is ahead",
      jwt(times("2025-12-31T23:50:00Z", "2026-01-31T00:00:00Z")),
      "2026-01-31T00:00:00Z",
      "2025-12-31T23:50:00Z",
      "2026-01-31T00:00:00Z",
    ],
    [
      "from our time, where our clock is behind",
      jwt(times("2026-01-01T00:10:00Z", "2026-01-31T00:00:00Z")),
      "2026-01-31T00:00:00Z",
      "2026-01-01T00:00:00Z",
      "2026-01-31T00:00:00Z",
    ],
    [
      "as granted, where the token itself says more (an extended one)",
      jwt(times("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z")),
      "2026-01-01T01:00:07+00:00",
      "2026-01-01T00:00:00Z",
      "2026-01-01T01:00:07Z",
    ],
    [
      "as the token says, where more was granted",
      jwt(times("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")),
      "2026-01-31T00:00:00Z",
      "2026-01-01T00:00:00Z",
      "2026-01-02T00:00:00Z",
    ],
    [
      "as granted, where it says nothing",
      "opaque",
      "2026-01-02T00:00:00Z",
      "2026-01-01T00:00:00Z",
      "2026-01-02T00:00:00Z",
    ],
  ])("lives %s", async (_, token, expirationTimestamp, from, until) => {
    answer(always(granted(token, expirationTimestamp), 201));
    const found = await admin.createToken(account, 600);
    expect(found.token.reveal()).toBe(token);
    expect(found.issuedAt).toEqual(new Date(from));
    expect(found.expiresAt).toEqual(new Date(until));
    expect(inspect(found)).not.toContain(token);
  });

  test("is dated from before the first try, when one is lost", async () => {
    answer((seen, response) => {
      if (seen.number === 1) {
        json(response, 503, status(503, "ServiceUnavailable", "starting"));
      } else {
        json(response, 201, granted("opaque"));
      }
    });
    const { issuedAt } = await admin.createToken(account, 600);
    expect(server.seen).toHaveLength(2);
    expect(connection.world.pauses).not.toEqual([]);
    expect(issuedAt).toEqual(askedAt);
  });

  test.each<[string, unknown]>([
    ["no end", granted(canary, null)],
    ["an end in words", granted(canary, "tomorrow")],
    ["an end in seconds", granted(canary, 1_800_000_000)],
    ["no token", granted(undefined)],
    ["an empty token", granted("")],
    ["a line break in its token", granted(`${canary}\r\nx-other: header`)],
    ["a newline at its token's end", granted(`${canary}\n`)],
    ["a space in its token", granted(`${canary} b`)],
    ["a token that is a number", granted(7)],
    ["a token too long for any header", granted(canary.repeat(3_000))],
    ["another kind", { ...granted(canary), kind: "Secret" }],
    ["no status", { kind: "TokenRequest", token: canary }],
  ])("isn't taken from an answer with %s", async (_, body) => {
    answer(always(body, 201));
    const error = await failureOf(admin.createToken(account, 600));
    expect(error.kind).toBe("malformed");
    expect(error.message).toMatch(/^get a token of service account ops\/ecr-pull-secrets: /);
  });

  test.each<[string, Respond, string]>([
    ["RBAC", always(status(403, "Forbidden", "no"), 403), "forbidden"],
    ["no account", always(status(404, "NotFound", "not found"), 404), "not-found"],
    ["its life", always(status(422, "Invalid", "may not be less than 10 minutes"), 422), "invalid"],
    ["a login page", page(200, `<html>${canary}</html>`), "malformed"],
    ["a page of errors", page(502, canary), "server"],
  ])("is refused for %s", async (_, respond, kind) => {
    answer(respond);
    expect(await failureOf(admin.createToken(account, 600))).toMatchObject({ kind });
  });
});
