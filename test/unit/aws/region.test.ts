import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { devNull, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { resolveRegion } from "../../../src/aws/region.ts";

/** The SDK reads a config file once per process and path: one file for all tests. */
const profiles = `
[default]
region = eu-west-1
[profile work]
region = eu-central-1
[profile bare]
output = json
[profile hostile]
region = us-east-1.evil.example/
[profile odd]
region = Frankfurt
`;

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "aws-region-"));
  await writeFile(join(directory, "config"), profiles);
  await writeFile(join(directory, "credentials"), "[credentials-only]\nregion = ap-southeast-2\n");
});

afterAll(() => rm(directory, { recursive: true }));

beforeEach(() => {
  for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"]) {
    vi.stubEnv(name, undefined);
  }
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  vi.stubEnv("AWS_CONFIG_FILE", join(directory, "config"));
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", join(directory, "credentials"));
});

afterEach(() => vi.unstubAllEnvs());

const both = { AWS_REGION: "us-east-2", AWS_DEFAULT_REGION: "us-west-2" };

describe("the region", () => {
  test.each([
    ["the flag's, before all others", { flag: "sa-east-1", environment: both }, "sa-east-1"],
    ["AWS_REGION's, before AWS_DEFAULT_REGION's", { environment: both }, "us-east-2"],
    ["AWS_DEFAULT_REGION's", { environment: { AWS_DEFAULT_REGION: "us-west-2" } }, "us-west-2"],
    [
      "the environment's, before the profile's",
      { environment: both, profile: "work" },
      "us-east-2",
    ],
    [
      "the profile's, before AWS_PROFILE's",
      { profile: "work", environment: { AWS_PROFILE: "bare" } },
      "eu-central-1",
    ],
    ["that of AWS_PROFILE", { environment: { AWS_PROFILE: "work" } }, "eu-central-1"],
    ["that of the default profile", {}, "eu-west-1"],
    ["that of the credentials file", { profile: "credentials-only" }, "ap-southeast-2"],
    ["not an empty variable's", { environment: { AWS_REGION: "", AWS_PROFILE: "" } }, "eu-west-1"],
    ["one of another partition", { flag: "eusc-de-east-1" }, "eusc-de-east-1"],
  ])("is %s", async (_, sources, region) => {
    await expect(resolve(sources)).resolves.toBe(region);
  });

  test.each(["bare", "nobody", "__proto__"])("of the profile %s is unknown", async (profile) => {
    await expect(resolve({ profile })).resolves.toBeUndefined();
  });

  test("is unknown where AWS_REGION is set to nothing: the SDK looks no further", async () => {
    vi.stubEnv("AWS_REGION", "");
    await expect(resolve({ environment: { AWS_REGION: "" } })).resolves.toBeUndefined();
  });

  test("is unknown without any AWS config", async () => {
    vi.stubEnv("AWS_CONFIG_FILE", devNull);
    vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", join(directory, "nowhere"));
    await expect(resolve({})).resolves.toBeUndefined();
  });

  test.each([
    ["UsageError", "--region", { flag: "" }, '""'],
    ["UsageError", "--region", { flag: "us-east-1.evil.example/" }, '"us-east-1.evil.example/"'],
    [
      "UserError",
      "AWS_REGION",
      { environment: { AWS_REGION: "*\u001b[2J\u009b" } },
      '"*\uFFFD[2J\uFFFD"',
    ],
    ["UserError", "AWS_DEFAULT_REGION", { environment: { AWS_DEFAULT_REGION: "us" } }, '"us"'],
    ["UserError", "the AWS profile's region", { profile: "hostile" }, '"us-east-1.evil.example/"'],
    ["UserError", "the AWS profile's region", { profile: "odd" }, '"Frankfurt"'],
  ])("that is none is a %s that names %s", async (name, source, sources, found) => {
    await expect(resolve(sources)).rejects.toMatchObject({
      name,
      message: `${source}: expected a region such as us-east-1, found ${found}`,
    });
  });
});

function resolve(sources: Partial<Parameters<typeof resolveRegion>[0]>) {
  return resolveRegion({ flag: undefined, environment: {}, profile: undefined, ...sources });
}
