import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createAwsSession, roleSessionName } from "../../../src/aws/session.ts";
import { createAwsEcrApi } from "../../../src/credentials/aws-ecr-api.ts";
import { type FakeAws, startAws } from "../../fakes/aws/aws.ts";
import { answering, faults } from "../../fakes/aws/faults.ts";

const pullRole = "arn:aws:iam::210987654321:role/registries/pull";
let aws: FakeAws;

beforeEach(async () => {
  aws = await startAws({ roles: [pullRole] });
  for (const [name, value] of Object.entries(aws.environment)) {
    vi.stubEnv(name, value);
  }
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await aws.close();
});

describe("the caller", () => {
  test("has the account that STS names", async () => {
    await expect(newSession().callerAccount()).resolves.toBe("123456789012");
  });

  test("may be a profile, which counts more than keys in the environment", async () => {
    const directory = await mkdtemp(join(tmpdir(), "aws-session-"));
    const file = join(directory, "credentials");
    const { accessKeyId, secretAccessKey } = aws.credentials;
    await writeFile(
      file,
      `[work]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
    );
    vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", file);
    vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
    const session = createAwsSession({ region: "us-east-1", name: "test", profile: "work" });
    await expect(session.callerAccount()).resolves.toBe("123456789012");
    await rm(directory, { recursive: true });
  });

  test("may bring credentials of its own, which count more than any others", async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
    const { credentials } = aws;
    const session = createAwsSession({ region: "us-east-1", name: "test", credentials });
    await expect(session.callerAccount()).resolves.toBe("123456789012");
  });

  test("without credentials is told how to get some", async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", "");
    await expect(newSession().callerAccount()).rejects.toMatchObject({
      name: "AwsError",
      kind: "no-credentials",
      message:
        "no AWS credentials found for sts:GetCallerIdentity in us-east-1: neither in the environment, nor in a profile, nor from this host",
      hint: expect.stringContaining("aws sso login"),
    });
  });

  test.each([
    ["no XML", faults.garbage],
    ["JSON", answering({ Account: "123456789012" })],
    ["a page of a proxy", faults.proxyPage],
  ])("isn't known when STS answers %s", async (_, fault) => {
    aws.fail("sts:GetCallerIdentity", fault);
    await expect(newSession().callerAccount()).rejects.toMatchObject({
      name: "AwsError",
      kind: "malformed",
      message: "the answer to sts:GetCallerIdentity in us-east-1 isn't one that AWS gives",
    });
  });
});

describe("a role", () => {
  test("is the one that calls ECR", async () => {
    const api = createAwsEcrApi(newSession());
    const answer = await api.getAuthorizationToken({ region: "eu-west-1", roleArn: pullRole });
    expect(answer.proxyEndpoint).toBe("https://210987654321.dkr.ecr.eu-west-1.amazonaws.com");
    expect(aws.tokens[0]?.principal).toBe(
      "arn:aws:sts::210987654321:assumed-role/pull/ecr-pull-secrets-test",
    );
  });

  test("is assumed once for many regions and calls", async () => {
    const api = createAwsEcrApi(newSession());
    const regions = ["us-east-1", "eu-west-1", "eu-central-1"];
    for (const region of [...regions, ...regions]) {
      await api.getAuthorizationToken({ region, roleArn: pullRole });
    }
    await Promise.all(
      regions.map((region) => api.getAuthorizationToken({ region, roleArn: pullRole })),
    );
    expect(aws.count("sts:AssumeRole")).toBe(1);
  });

  test("is assumed again as its session nears its end", async () => {
    const session = newSession();
    const client = new ECRClient({
      ...session.clientConfig,
      region: "us-east-1",
      credentials: session.credentialsOf(pullRole),
    });
    await client.send(new GetAuthorizationTokenCommand({}));
    vi.useFakeTimers({ now: Date.now() + 56 * 60_000, toFake: ["Date"] });
    await client.send(new GetAuthorizationTokenCommand({}));
    vi.useRealTimers();
    expect(aws.count("sts:AssumeRole")).toBe(2);
  });

  test("that can't be assumed is named, with what must allow it", async () => {
    const roleArn = "arn:aws:iam::210987654321:role/other";
    const api = createAwsEcrApi(newSession());
    await expect(api.getAuthorizationToken({ region: "us-east-1", roleArn })).rejects.toMatchObject(
      {
        name: "MintError",
        kind: "denied",
        message: `AWS denied sts:AssumeRole on ${roleArn} to arn:aws:iam::123456789012:user/tests`,
        hint: expect.stringContaining(
          "its trust policy must allow arn:aws:iam::123456789012:user/tests",
        ),
      },
    );
    expect(aws.count("ecr:GetAuthorizationToken")).toBe(0);
  });

  test("that couldn't be assumed is tried again by the next call", async () => {
    aws.deny("sts:AssumeRole");
    const api = createAwsEcrApi(newSession());
    const request = { region: "us-east-1", roleArn: pullRole };
    await expect(api.getAuthorizationToken(request)).rejects.toMatchObject({ kind: "denied" });
    aws.allow("sts:AssumeRole");
    await expect(api.getAuthorizationToken(request)).resolves.toMatchObject({
      proxyEndpoint: expect.stringContaining("210987654321"),
    });
  });
});

describe("the name of a role's session", () => {
  test.each([
    ["dev", "ecr-pull-secrets-dev"],
    ["", "ecr-pull-secrets-"],
    ["prod eu/ä\n", "ecr-pull-secrets-prod-eu---"],
    ["a_b+c=d,e.f@g-h", "ecr-pull-secrets-a_b+c=d,e.f@g-h"],
    ["x".repeat(100), `ecr-pull-secrets-${"x".repeat(47)}`],
  ])("for %j is one that STS takes", (name, sessionName) => {
    expect(roleSessionName(name)).toBe(sessionName);
    expect(sessionName).toMatch(/^[\w+=,.@-]{2,64}$/);
  });
});

function newSession() {
  return createAwsSession({ region: "us-east-1", name: "test" });
}
