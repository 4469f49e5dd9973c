import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createAwsSession } from "../../../src/aws/session.ts";
import { createAwsEcrApi } from "../../../src/credentials/aws-ecr-api.ts";
import { createEcrCredentialSource } from "../../../src/credentials/ecr.ts";
import { MintError } from "../../../src/errors.ts";
import type { EcrRegistry } from "../../../src/refresh/registries.ts";
import { type FakeAws, startAws } from "../../fakes/aws/aws.ts";
import { ecrFaults } from "../../fakes/aws/ecr.ts";
import { answering, type Fault, faults } from "../../fakes/aws/faults.ts";

const getToken = "ecr:GetAuthorizationToken";
const weakRole = "arn:aws:iam::123456789012:role/weak";
const ownCredentials = { region: "us-east-1", roleArn: undefined };
let aws: FakeAws;

beforeEach(async () => {
  aws = await startAws({ roles: [weakRole] });
  for (const [name, value] of Object.entries(aws.environment)) {
    vi.stubEnv(name, value);
  }
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await aws.close();
});

describe("GetAuthorizationToken", () => {
  test.each([
    ["throttling", faults.throttling],
    ["a server error", faults.serverError],
    ["a page of a load balancer", faults.unavailablePage],
    ["a connection that breaks", faults.reset],
    ["a connection that hangs", faults.hang],
  ])("is retried after %s", async (_, fault) => {
    aws.fail(getToken, fault, { times: 1 });
    await expect(newApi().getAuthorizationToken(ownCredentials)).resolves.toMatchObject({
      proxyEndpoint: "https://123456789012.dkr.ecr.us-east-1.amazonaws.com",
    });
    expect(aws.count(getToken)).toBe(2);
  });

  test.each([
    ["server errors", faults.serverError, 4, "AWS failed at", "(status 500)"],
    ["pages of a load balancer", faults.unavailablePage, 4, "AWS failed at", "(status 503)"],
    ["broken connections", faults.reset, 4, "no answer to", "(ECONNRESET)"],
  ])("is given up after a few %s", async (_, fault, attempts, problem, detail) => {
    aws.fail(getToken, fault);
    await expect(newApi().getAuthorizationToken(ownCredentials)).rejects.toMatchObject({
      name: "MintError",
      kind: "unreachable",
      message: `${problem} ecr:GetAuthorizationToken in us-east-1 ${detail}, also after retries`,
      hint: expect.stringMatching(/\S/),
    });
    expect(aws.count(getToken)).toBe(attempts);
  });

  test.each([
    ["truncated JSON", faults.garbage],
    ["a page of a proxy", faults.proxyPage],
  ])("fails as malformed with %s", async (_, fault) => {
    aws.fail(getToken, fault);
    await expect(newApi().getAuthorizationToken(ownCredentials)).rejects.toMatchObject({
      name: "MintError",
      kind: "malformed",
      message: "the answer to ecr:GetAuthorizationToken in us-east-1 isn't one that AWS gives",
    });
  });

  test("that is denied names the action, the principal, and what to allow", async () => {
    aws.deny(getToken, { role: weakRole });
    const principal = "arn:aws:sts::123456789012:assumed-role/weak/ecr-pull-secrets-test";
    const request = { region: "us-east-1", roleArn: weakRole };
    await expect(newApi().getAuthorizationToken(request)).rejects.toMatchObject({
      name: "MintError",
      kind: "denied",
      message: `AWS denied ecr:GetAuthorizationToken in us-east-1 as ${weakRole} to ${principal}`,
      hint: `Allow ecr:GetAuthorizationToken on resource "*" in a policy of ${principal}.`,
    });
    expect(aws.count(getToken)).toBe(1);
  });

  test.each([
    ["an unknown access key", "AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE", "doesn't know"],
    ["a wrong secret key", "AWS_SECRET_ACCESS_KEY", "wrong", "refused the signature"],
    ["a session token of another", "AWS_SESSION_TOKEN", "other", "doesn't know"],
  ])("fails with %s", async (_, variable, value, problem) => {
    vi.stubEnv(variable, value);
    await expect(newApi().getAuthorizationToken(ownCredentials)).rejects.toMatchObject({
      name: "MintError",
      kind: "no-credentials",
      message: expect.stringContaining(problem),
      hint: expect.stringContaining(variable),
    });
  });

  test.each([
    ["nobody listens", "http://127.0.0.1:1", "no answer to", "(ECONNREFUSED)"],
    ["the name has no address", "https://ecr.invalid", "the host for", "has no address"],
    ["the endpoint isn't a URL", "garbage", "failed before AWS answered", "(ERR_INVALID_URL)"],
  ])("fails as unreachable where %s", async (_, endpoint, problem, detail) => {
    vi.stubEnv("AWS_ENDPOINT_URL", endpoint);
    const error: unknown = await newApi()
      .getAuthorizationToken(ownCredentials)
      .catch((caught) => caught);
    expect(error).toMatchObject({ name: "MintError", kind: "unreachable" });
    expect(String(error)).toContain(problem);
    expect(String(error)).toContain(detail);
  });
});

describe("no error holds a secret", () => {
  const canary = "canary0123456789";
  const leakyToken = Buffer.from(canary).toString("base64");
  const leakyAnswers: readonly Fault[] = [
    answering({ authorizationData: [{ authorizationToken: leakyToken, expiresAt: canary }] }),
    answering({
      authorizationData: [
        {
          authorizationToken: leakyToken,
          expiresAt: 32_503_680_000,
          proxyEndpoint: `https://AWS:${canary}@evil.example`,
        },
      ],
    }),
    answering({ __type: canary, authorizationData: canary }),
    { kind: "reply", reply: { status: 400, contentType: "text/plain", body: canary } },
    {
      kind: "reply",
      reply: {
        status: 400,
        contentType: "application/x-amz-json-1.1",
        body: JSON.stringify({ __type: "AccessDeniedException", message: `token ${canary}` }),
      },
    },
  ];
  const cases = [...Object.entries({ ...faults, ...ecrFaults }), ...leakyAnswers.entries()].filter(
    ([, fault]) => fault !== faults.hang && fault !== faults.throttling, // slow, and answer nothing
  );

  test.each(cases)("after fault %s", async (_, fault) => {
    aws.fail(getToken, fault);
    const source = createEcrCredentialSource({ api: newApi(), now: () => new Date() });
    const error: unknown = await source.mint(registry).catch((caught) => caught);
    expect(error).toBeInstanceOf(MintError);
    const shown = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error);
    const secrets = [canary, leakyToken, aws.credentials.secretAccessKey, "AWS4-HMAC-SHA256"];
    expect(secrets.filter((secret) => shown.includes(secret))).toEqual([]);
  });
});

const registry: EcrRegistry = {
  type: "ecr",
  key: "123456789012.dkr.ecr.us-east-1",
  account: "123456789012",
  region: "us-east-1",
  roleArn: undefined,
  endpoints: ["ipv4"],
  source: "digest",
};

function newApi() {
  const timeouts = { connectMs: 500, requestMs: 500 };
  return createAwsEcrApi(createAwsSession({ region: "us-east-1", name: "test", timeouts }));
}
