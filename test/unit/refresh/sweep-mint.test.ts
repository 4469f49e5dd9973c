/** AWS says no, or something else than it should: it ends in the report, and harms nothing. */
import { describe, expect, test, vi } from "vitest";
import { ecrFaults } from "../../fakes/aws/ecr.ts";
import { answering, type Fault, faults } from "../../fakes/aws/faults.ts";
import { loginsIn, numbered, region, scenes } from "./sweep-scene.ts";

const startScene = scenes();
const getToken = "ecr:GetAuthorizationToken";

const isntAws = /proxy|AWS_ENDPOINT_URL/;
const cases: readonly (readonly [string, Fault, RegExp, RegExp])[] = [
  ["without authorizationData", ecrFaults.emptyAuthorizationData, /authorizationData/, isntAws],
  ["with a malformed token", ecrFaults.malformedToken, /got no colon/, isntAws],
  ["without an expiry", ecrFaults.noExpiry, /expiresAt/, isntAws],
  ["that has expired", ecrFaults.expired, /before it was asked for/, /clock/],
  ["for a host of somebody else", ecrFaults.foreignEndpoint, /proxyEndpoint/, isntAws],
  ["that is truncated", faults.garbage, /isn't one that AWS gives/, isntAws],
  ["from a proxy", faults.proxyPage, /isn't one that AWS gives/, isntAws],
  ["of another kind", answering([]), /authorizationData/, isntAws],
  ["of 500, always", faults.serverError, /status 500.*after retries/, /tries again/],
  ["of a load balancer, always", faults.unavailablePage, /status 503/, /tries again/],
  ["by a reset, always", faults.reset, /ECONNRESET/, /\w/],
];

describe("an answer of ECR", () => {
  test.each(cases)(
    "%s fails the registry, says where and why, and leaves the secrets alone",
    async (_, fault, message, hint) => {
      const scene = await startScene({ namespaces: numbered(3) });
      await scene.sweep();
      scene.cluster.state.createNamespace("new");
      scene.passHours(6.1);
      const before = new Map(scene.cluster.state.secretsNamed("ecr-pull"));
      scene.aws.fail(getToken, fault);

      const report = await scene.sweep();
      expect(report).toMatchObject({ outcome: "failed", counts: { failed: 4, minted: 0 } });
      expect(report.failures).toMatchObject([
        {
          kind: "mint",
          pullSecret: "ecr-pull",
          registry: `123456789012.dkr.ecr.${region}`,
          namespaces: expect.arrayContaining(["new", ...numbered(3)]),
          message: expect.stringMatching(message),
          hint: expect.stringMatching(hint),
        },
      ]);
      expect(new Map(scene.cluster.state.secretsNamed("ecr-pull"))).toEqual(before);
    },
  );

  test("of throttling, once, is waited out", async () => {
    const scene = await startScene({ namespaces: ["web"] });
    scene.aws.fail(getToken, faults.throttling, { times: 1 });
    await expect(scene.sweep()).resolves.toMatchObject({ outcome: "ok", counts: { created: 1 } });
  });
});

describe("the way to AWS", () => {
  test("that doesn't exist is told as such", async () => {
    const scene = await startScene({ namespaces: ["web"] });
    vi.stubEnv("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    await expect(scene.sweep()).resolves.toMatchObject({
      outcome: "failed",
      failures: [{ kind: "mint", message: expect.stringContaining("ECONNREFUSED") }],
    });
  });

  test("without credentials is told as such, and what to set", async () => {
    const scene = await startScene({ namespaces: ["web"] });
    vi.stubEnv("AWS_ACCESS_KEY_ID", "");
    await expect(scene.sweep()).resolves.toMatchObject({
      outcome: "failed",
      failures: [{ kind: "mint", hint: expect.stringContaining("AWS_ACCESS_KEY_ID") }],
    });
  });
});

test("a denied registry fails its pull secret, and no other", async () => {
  const roleArn = "arn:aws:iam::123456789012:role/weak";
  const scene = await startScene({ namespaces: ["web"], roles: [roleArn] });
  scene.aws.deny(getToken, { role: roleArn });
  const report = await scene.sweep({
    pullSecrets: [{ registries: [{ type: "ecr", region, roleArn }] }, { name: "other-pull" }],
  });
  expect(report).toMatchObject({ outcome: "failed", counts: { created: 1, failed: 1 } });
  expect(report.failures).toMatchObject([
    { kind: "mint", pullSecret: "ecr-pull", hint: expect.stringContaining("assumed-role/weak") },
  ]);
  expect(scene.cluster.state.secret("web", "ecr-pull")).toBeUndefined();
  expect(Object.keys(loginsIn(scene, "web", "other-pull"))).toHaveLength(1);
});
