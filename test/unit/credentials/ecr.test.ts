import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createAwsSession } from "../../../src/aws/session.ts";
import { createAwsEcrApi } from "../../../src/credentials/aws-ecr-api.ts";
import { createEcrCredentialSource } from "../../../src/credentials/ecr.ts";
import { MintError } from "../../../src/errors.ts";
import type { EcrRegistry } from "../../../src/refresh/registries.ts";
import { type FakeAws, startAws } from "../../fakes/aws/aws.ts";
import { ecrFaults } from "../../fakes/aws/ecr.ts";

const minuteMs = 60_000;
const start = new Date("2030-05-01T12:00:00Z");
const getToken = "ecr:GetAuthorizationToken";
const pullRole = "arn:aws:iam::210987654321:role/pull";

let aws: FakeAws;
let time: Date;

beforeEach(async () => {
  time = start;
  aws = await startAws({ roles: [pullRole], now: () => time });
  for (const [name, value] of Object.entries(aws.environment)) {
    vi.stubEnv(name, value);
  }
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await aws.close();
});

describe("a credential", () => {
  test("holds the token's login, its times, and the hosts of the registry", async () => {
    const credential = await newSource().mint(
      registry({ account: "444455556666", endpoints: ["ipv4", "fips", "dual-stack"] }),
    );
    expect(credential).toMatchObject({
      username: "AWS",
      issuedAt: start,
      expiresAt: new Date("2030-05-02T00:00:00Z"),
      hosts: [
        "444455556666.dkr.ecr.us-east-1.amazonaws.com",
        "444455556666.dkr.ecr-fips.us-east-1.amazonaws.com",
        "444455556666.dkr-ecr.us-east-1.on.aws",
      ],
    });
    expect(credential.password.reveal()).toBe(aws.tokens[0]?.password);
  });

  test("takes the domain from the answer", async () => {
    const credential = await newSource().mint(
      registry({ region: "cn-north-1", endpoints: ["ipv4", "dual-stack"] }),
    );
    expect(credential.hosts).toEqual([
      "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn",
      "123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn",
    ]);
  });

  test("is stamped with the time before the call", async () => {
    const api = createAwsEcrApi(createAwsSession({ region: "us-east-1", name: "test" }));
    const slow = createEcrCredentialSource({
      now: () => time,
      api: {
        async getAuthorizationToken(request) {
          time = new Date(start.getTime() + minuteMs);
          return api.getAuthorizationToken(request);
        },
      },
    });
    expect((await slow.mint(registry())).issuedAt).toEqual(start);
  });
});

describe("calls to ECR", () => {
  test("are one for a hundred concurrent mints of one role and region", async () => {
    const source = newSource();
    const accounts = Array.from({ length: 100 }, (_, index) => String(100_000_000_000 + index));
    const credentials = await Promise.all(
      accounts.map((account) => source.mint(registry({ account }))),
    );
    expect(aws.count(getToken)).toBe(1);
    expect(source.callsMade()).toBe(1);
    expect(new Set(credentials.map(({ password }) => password.reveal())).size).toBe(1);
    expect(new Set(credentials.flatMap(({ hosts }) => hosts)).size).toBe(100);
  });

  test("are one per region and role", async () => {
    const source = newSource();
    const wanted = [
      registry(),
      registry({ region: "eu-west-1" }),
      registry({ roleArn: pullRole }),
      registry({ roleArn: pullRole, region: "eu-west-1" }),
    ];
    const credentials = await Promise.all([...wanted, ...wanted].map((it) => source.mint(it)));
    expect(source.callsMade()).toBe(4);
    expect(aws.count(getToken)).toBe(4);
    expect(new Set(credentials.map(({ password }) => password.reveal())).size).toBe(4);
  });

  test.each([
    { lifeMinutes: 720, ageMinutes: 29.9, calls: 1 },
    { lifeMinutes: 720, ageMinutes: 30, calls: 2 },
    { lifeMinutes: 60, ageMinutes: 23.9, calls: 1 },
    { lifeMinutes: 60, ageMinutes: 24, calls: 2 },
    { lifeMinutes: 720, ageMinutes: 10_000, calls: 2 },
  ])(
    "for a token of $lifeMinutes minutes, $ageMinutes minutes later: $calls",
    async ({ lifeMinutes, ageMinutes, calls }) => {
      aws.setTokenLifetime(lifeMinutes * minuteMs);
      const source = newSource();
      await source.mint(registry());
      time = new Date(start.getTime() + ageMinutes * minuteMs);
      const { password } = await source.mint(registry());
      expect(source.callsMade()).toBe(calls);
      expect(password.reveal()).toBe(aws.tokens.at(-1)?.password);
    },
  );

  test("are one more by a clock that was put back: the token would be kept beyond its end", async () => {
    const source = newSource();
    await source.mint(registry());
    time = new Date(start.getTime() - minuteMs);
    await source.mint(registry());
    expect(aws.count(getToken)).toBe(2);
  });

  test("are one again for concurrent mints after a token got old", async () => {
    const source = newSource();
    await source.mint(registry());
    time = new Date(start.getTime() + 31 * minuteMs);
    await Promise.all([source.mint(registry()), source.mint(registry()), source.mint(registry())]);
    expect(aws.count(getToken)).toBe(2);
  });

  test("are none for a registry that the source merely covers", () => {
    const source = newSource();
    expect(source.covers(registry(), "123456789012.dkr-ecr.us-east-1.on.aws")).toBe(true);
    expect(source.covers(registry(), "ghcr.io")).toBe(false);
    expect(source.callsMade()).toBe(0);
  });
});

describe("a failure", () => {
  test("reaches all who wait for it, and the next mint tries again", async () => {
    aws.fail(getToken, ecrFaults.emptyAuthorizationData, { times: 1 });
    const source = newSource();
    const outcomes = await Promise.allSettled([
      source.mint(registry()),
      source.mint(registry({ account: "444455556666" })),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(source.callsMade()).toBe(1);
    await expect(source.mint(registry())).resolves.toMatchObject({ username: "AWS" });
    expect(source.callsMade()).toBe(2);
  });

  test("of one region leaves the others alone", async () => {
    aws.fail(getToken, ecrFaults.emptyAuthorizationData, { region: "eu-west-1" });
    const source = newSource();
    const failing = source.mint(registry({ region: "eu-west-1" }));
    await expect(failing).rejects.toBeInstanceOf(MintError);
    await expect(source.mint(registry())).resolves.toMatchObject({ username: "AWS" });
  });

  test.each([
    ["an empty authorizationData", ecrFaults.emptyAuthorizationData, "authorizationData.0"],
    ["a malformed token", ecrFaults.malformedToken, "got no colon"],
    ["no expiry", ecrFaults.noExpiry, "authorizationData.0.expiresAt"],
    ["an expiry in the past", ecrFaults.expired, "expired at 2001-09-09T01:46:40.000Z"],
    ["an endpoint that isn't ECR's", ecrFaults.foreignEndpoint, "proxyEndpoint"],
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

  test("for hosts that don't exist costs no second call", async () => {
    const source = newSource();
    const fips = registry({ region: "cn-north-1", endpoints: ["fips"] });
    await expect(source.mint(fips)).rejects.toMatchObject({ kind: "malformed" });
    await source.mint(registry({ region: "cn-north-1" }));
    expect(source.callsMade()).toBe(1);
  });
});

function newSource() {
  const session = createAwsSession({ region: "us-east-1", name: "test" });
  return createEcrCredentialSource({ api: createAwsEcrApi(session), now: () => time });
}

function registry(
  fields: Partial<Pick<EcrRegistry, "account" | "region" | "roleArn" | "endpoints">> = {},
): EcrRegistry {
  const { account = "123456789012", region = "us-east-1", roleArn, endpoints = ["ipv4"] } = fields;
  const key = `${account}.dkr.ecr.${region}`;
  return { type: "ecr", key, account, region, roleArn, endpoints, source: `${key} ${roleArn}` };
}
