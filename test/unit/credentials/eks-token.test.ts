import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createAwsSession } from "../../../src/aws/session.ts";
import { createEksTokenSource, type EksTokenRequest } from "../../../src/credentials/eks-token.ts";
import { SecretValue } from "../../../src/secret-value.ts";
import { type FakeAws, startAws } from "../../fakes/aws/aws.ts";
import { faults } from "../../fakes/aws/faults.ts";
import { verifyEksToken } from "./eks-token-verifier.ts";

const adminRole = "arn:aws:iam::210987654321:role/eks/admin";
const now = new Date("2026-03-01T12:00:00.789Z");
const request: EksTokenRequest = { cluster: "prod", region: "eu-west-1", roleArn: undefined };
let aws: FakeAws;

beforeEach(async () => {
  aws = await startAws({ roles: [adminRole] });
  for (const [name, value] of Object.entries(aws.environment)) {
    vi.stubEnv(name, value);
  }
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await aws.close();
});

describe("a token for EKS", () => {
  test("is one that the control plane and STS accept", async () => {
    const { token } = await newSource().tokenFor(request);
    expect(verifyEksToken(token.reveal(), expectation())).toEqual({
      accessKeyId: aws.credentials.accessKeyId,
      sessionToken: null,
      signedAt: new Date("2026-03-01T12:00:00Z"),
    });
  });

  test.each([
    ["another cluster", { cluster: "prod-2" }, "signature"],
    ["another key", { secretAccessKey: "another" }, "signature"],
    ["another region's STS", { stsHost: "sts.us-east-1.amazonaws.com" }, "unexpected host"],
    ["a quarter of an hour later", { now: new Date("2026-03-01T12:15:00Z") }, "X-Amz-Date"],
  ])("is no good for %s", async (_, difference, rule) => {
    const { token } = await newSource().tokenFor(request);
    const expected = { ...expectation(), ...difference };
    expect(() => verifyEksToken(token.reveal(), expected)).toThrow(rule);
  });

  test.each([
    ["us-east-1", "sts.us-east-1.amazonaws.com"],
    ["us-gov-west-1", "sts.us-gov-west-1.amazonaws.com"],
    ["cn-north-1", "sts.cn-north-1.amazonaws.com.cn"],
    ["eusc-de-east-1", "sts.eusc-de-east-1.amazonaws.eu"],
    ["us-iso-east-1", "sts.us-iso-east-1.c2s.ic.gov"],
    ["us-isob-east-1", "sts.us-isob-east-1.sc2s.sgov.gov"],
  ])("in %s names the regional STS of its partition", async (region, stsHost) => {
    const { token } = await newSource().tokenFor({ ...request, region });
    expect(() => verifyEksToken(token.reveal(), { ...expectation(), stsHost })).not.toThrow();
  });

  test.each([
    ["AWS_USE_FIPS_ENDPOINT", "true"],
    ["AWS_USE_DUALSTACK_ENDPOINT", "true"],
    ["AWS_ENDPOINT_URL_STS", "https://elsewhere.example"],
  ])("names no other host with %s", async (name, value) => {
    vi.stubEnv(name, value);
    const { token } = await newSource().tokenFor(request);
    expect(() => verifyEksToken(token.reveal(), expectation())).not.toThrow();
  });

  test("is good for 14 minutes, one less than STS gives", async () => {
    const { expiresAt } = await newSource().tokenFor(request);
    expect(expiresAt).toEqual(new Date("2026-03-01T12:14:00.789Z"));
  });

  test("is made without asking AWS, and made anew each time", async () => {
    let time = now;
    const source = createEksTokenSource({ session: newSession(), now: () => time });
    const first = await source.tokenFor(request);
    time = new Date("2026-03-01T12:01:00Z");
    const second = await source.tokenFor(request);
    expect(second.token.reveal()).not.toBe(first.token.reveal());
    expect(aws.requests).toEqual([]);
  });

  test("is nowhere to be seen", async () => {
    const answer = await newSource().tokenFor(request);
    expect(answer.token).toBeInstanceOf(SecretValue);
    expect(`${inspect(answer, { depth: 9 })}${JSON.stringify(answer)}`).not.toContain("k8s-aws-v1");
  });

  test("longer than the control plane takes is not handed out", async () => {
    vi.stubEnv("AWS_SESSION_TOKEN", "t".repeat(3_000));
    await expect(newSource().tokenFor(request)).rejects.toMatchObject({
      name: "AwsError",
      kind: "malformed",
      message: expect.stringMatching(/^the token for EKS has \d{4} bytes, .* 4096$/),
      hint: expect.stringContaining("session token is too long"),
    });
  });
});

describe("a token for EKS, signed as a role", () => {
  test("carries the role's session", async () => {
    const session = newSession();
    const { token } = await newSource(session).tokenFor({ ...request, roleArn: adminRole });
    const identity = await identityOf(session, adminRole);
    const expected = { ...expectation(), secretAccessKey: identity.secretAccessKey };
    expect(verifyEksToken(token.reveal(), expected)).toMatchObject({
      accessKeyId: identity.accessKeyId,
      sessionToken: identity.sessionToken,
    });
    expect(aws.count("sts:AssumeRole")).toBe(1);
  });

  test("ends with the session, if that is sooner", async () => {
    const session = newSession();
    const { expiration = now } = await identityOf(session, adminRole);
    const nearTheEnd = new Date(expiration.getTime() - 6 * 60_000);
    const source = createEksTokenSource({ session, now: () => nearTheEnd });
    const { expiresAt } = await source.tokenFor({ ...request, roleArn: adminRole });
    expect(expiresAt).toEqual(expiration);
  });

  test("assumes the role once for many clusters", async () => {
    const source = newSource();
    const clusters = ["a", "b", "c"].map((cluster) =>
      source.tokenFor({ ...request, cluster, roleArn: adminRole }),
    );
    await Promise.all(clusters);
    expect(aws.count("sts:AssumeRole")).toBe(1);
  });

  test("can't be had for a role that can't be assumed", async () => {
    const roleArn = "arn:aws:iam::210987654321:role/other";
    await expect(newSource().tokenFor({ ...request, roleArn })).rejects.toMatchObject({
      name: "AwsError",
      kind: "denied",
      message: `AWS denied sts:AssumeRole on ${roleArn} to arn:aws:iam::123456789012:user/tests`,
      hint: expect.stringContaining("trust policy"),
    });
  });

  test("can't be had while STS answers nonsense", async () => {
    aws.fail("sts:AssumeRole", faults.proxyPage);
    await expect(newSource().tokenFor({ ...request, roleArn: adminRole })).rejects.toMatchObject({
      name: "AwsError",
      kind: "malformed",
    });
  });
});

test("without credentials, the error says how to get some", async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "");
  await expect(newSource().tokenFor(request)).rejects.toMatchObject({
    name: "AwsError",
    kind: "no-credentials",
    message: expect.stringContaining("sts:GetCallerIdentity in eu-west-1"),
    hint: expect.stringContaining("aws sso login"),
  });
});

function newSession() {
  return createAwsSession({ region: "us-east-1", name: "test" });
}

function newSource(session = newSession()) {
  return createEksTokenSource({ session, now: () => now });
}

function expectation() {
  const { secretAccessKey } = aws.credentials;
  return { cluster: "prod", stsHost: "sts.eu-west-1.amazonaws.com", secretAccessKey, now };
}

async function identityOf(session: ReturnType<typeof newSession>, roleArn: string) {
  const credentials = session.credentialsOf(roleArn);
  return typeof credentials === "function" ? credentials() : credentials;
}
