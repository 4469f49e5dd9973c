import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createAwsSession } from "../../../src/aws/session.ts";
import { createAwsEcrPublicApi } from "../../../src/credentials/aws-ecr-public-api.ts";
import { createEcrPublicCredentialSource } from "../../../src/credentials/ecr-public.ts";
import { MintError } from "../../../src/errors.ts";
import type { EcrPublicRegistry } from "../../../src/refresh/registries.ts";
import { type FakeAws, startAws } from "../../fakes/aws/aws.ts";
import { ecrPublicFaults } from "../../fakes/aws/ecr-public.ts";
import { answering, faults } from "../../fakes/aws/faults.ts";

const minuteMs = 60_000;
const start = new Date("2030-05-01T12:00:00Z");
const getToken = "ecr-public:GetAuthorizationToken";
const publicRole = "arn:aws:iam::210987654321:role/public";

let aws: FakeAws;
let time: Date;

beforeEach(async () => {
  time = start;
  aws = await startAws({ roles: [publicRole], now: () => time });
  for (const [name, value] of Object.entries(aws.environment)) {
    vi.stubEnv(name, value);
  }
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await aws.close();
});

describe("a credential for ECR Public", () => {
  test("holds the token's login and times, and both hosts", async () => {
    const credential = await newSource().mint(registry());
    expect(credential).toMatchObject({
      kind: "login",
      username: "AWS",
      issuedAt: start,
      expiresAt: new Date("2030-05-02T00:00:00Z"),
      hosts: ["public.ecr.aws", "ecr-public.aws.com"],
    });
    expect(credential.password.reveal()).toBe(aws.publicTokens[0]?.password);
  });

  test.each(["us-east-1", "eu-west-1", "ap-southeast-2"])(
    "comes from us-east-1, wherever the caller is at home: %s",
    async (region) => {
      await newSource(region).mint(registry());
      expect(aws.requests).toMatchObject([{ action: getToken, region: "us-east-1" }]);
    },
  );

  test("is the role's, where one is given, which is assumed at home", async () => {
    await newSource("eu-west-1").mint(registry(publicRole));
    expect(aws.requests).toMatchObject([
      { action: "sts:AssumeRole", region: "eu-west-1" },
      { action: getToken, region: "us-east-1" },
    ]);
    expect(aws.publicTokens).toMatchObject([
      { principal: "arn:aws:sts::210987654321:assumed-role/public/ecr-pull-secrets-test" },
    ]);
  });

  test.each([
    ["public.ecr.aws", true],
    ["ecr-public.aws.com", true],
    ["docker.io", false],
    ["public.ecr.aws.evil.example", false],
    ["123456789012.dkr.ecr.us-east-1.amazonaws.com", false],
  ])("covers its hosts and no other: %s %s", (host, isCovered) => {
    expect(newSource().covers(registry(), host)).toBe(isCovered);
  });

  test("is asked for at AWS_ENDPOINT_URL_ECR_PUBLIC, where that is set", async () => {
    vi.stubEnv("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    vi.stubEnv("AWS_ENDPOINT_URL_ECR_PUBLIC", aws.endpoint);
    await newSource().mint(registry());
    expect(aws.count(getToken)).toBe(1);
  });
});

describe("calls to ECR Public", () => {
  test("are one for concurrent mints of one role, and one per role", async () => {
    const source = newSource();
    const wanted = [registry(), registry(publicRole), registry(), registry(publicRole)];
    const credentials = await Promise.all(wanted.map((each) => source.mint(each)));
    expect(source.callsMade()).toBe(2);
    expect(aws.count(getToken)).toBe(2);
    expect(new Set(credentials.map(({ password }) => password.reveal())).size).toBe(2);
  });

  test.each([
    { ageMinutes: 29.9, calls: 1 },
    { ageMinutes: 30, calls: 2 },
  ])("of a kept token, $ageMinutes minutes later: $calls", async ({ ageMinutes, calls }) => {
    const source = newSource();
    await source.mint(registry());
    time = new Date(start.getTime() + ageMinutes * minuteMs);
    const { password } = await source.mint(registry());
    expect(source.callsMade()).toBe(calls);
    expect(password.reveal()).toBe(aws.publicTokens.at(-1)?.password);
  });
});

describe("a failure", () => {
  test.each([
    ["nothing", ecrPublicFaults.noAuthorizationData, "lacks what AWS always sends"],
    ["a list, as private registries do", ecrPublicFaults.list, "lacks what AWS always sends"],
    ["a malformed token", ecrPublicFaults.malformedToken, "ECR Public's authorizationToken"],
    ["no expiry", ecrPublicFaults.noExpiry, "authorizationData.expiresAt"],
    ["an expiry in the past", ecrPublicFaults.expired, "ECR Public in us-east-1 answered expired"],
    ["truncated JSON", faults.garbage, "isn't one that AWS gives"],
  ])("is what an answer with %s becomes, and isn't kept", async (_, fault, message) => {
    aws.fail(getToken, fault, { times: 1 });
    const source = newSource();
    await expect(source.mint(registry())).rejects.toMatchObject({
      name: "MintError",
      kind: "malformed",
      message: expect.stringContaining(message),
      hint: expect.stringMatching(/\S/),
    });
    await expect(source.mint(registry())).resolves.toMatchObject({ username: "AWS" });
  });

  test.each([getToken, "sts:GetServiceBearerToken"])(
    "names the right that is missing: %s",
    async (action) => {
      aws.deny(action);
      await expect(newSource().mint(registry())).rejects.toMatchObject({
        name: "MintError",
        kind: "denied",
        message: `AWS denied ${getToken} in us-east-1 to arn:aws:iam::123456789012:user/tests`,
        hint: `Allow ${action} on resource "*" in a policy of arn:aws:iam::123456789012:user/tests.`,
      });
    },
  );

  test.each([
    ["cn-north-1", undefined, "cn-north-1"],
    ["us-gov-west-1", undefined, "us-gov-west-1"],
    ["eusc-de-east-1", undefined, "eusc-de-east-1"],
    ["us-iso-east-1", undefined, "us-iso-east-1"],
    ["eu-isoe-west-1", undefined, "eu-isoe-west-1"],
    ["us-east-1", "arn:aws-cn:iam::111122223333:role/a", "arn:aws-cn:iam::111122223333:role/a"],
  ])(
    "says at once that another partition has no ECR Public: %s %s",
    async (region, role, place) => {
      await expect(newSource(region).mint(registry(role))).rejects.toMatchObject({
        name: "MintError",
        kind: "denied",
        message: `ECR Public makes tokens in us-east-1 only, and none for credentials of ${place}, which is in another partition of AWS`,
      });
      expect(aws.requests).toEqual([]);
    },
  );

  test("holds no secret", async () => {
    const canary = "canary0123456789";
    const leaky = [
      answering({ authorizationData: { authorizationToken: btoa(canary), expiresAt: canary } }),
      answering({ authorizationData: { authorizationToken: btoa(canary), expiresAt: 4e9 } }),
      answering({ __type: canary, authorizationData: canary }),
    ];
    for (const fault of leaky) {
      aws.fail(getToken, fault, { times: 1 });
      const error: unknown = await newSource()
        .mint(registry())
        .catch((caught) => caught);
      expect(error).toBeInstanceOf(MintError);
      const shown = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error);
      expect([canary, btoa(canary)].filter((secret) => shown.includes(secret))).toEqual([]);
    }
  });
});

function newSource(region = "us-east-1") {
  const session = createAwsSession({ region, name: "test" });
  return createEcrPublicCredentialSource({
    api: createAwsEcrPublicApi(session),
    now: () => time,
    region: session.region,
  });
}

function registry(roleArn?: string): EcrPublicRegistry {
  return { type: "ecr-public", key: "public.ecr.aws", roleArn, source: `public ${roleArn}` };
}
