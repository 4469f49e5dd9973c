import { describe, expect, test } from "vitest";
import { ecrHosts, isHostOf, readProxyEndpoint } from "../../../src/credentials/ecr-hosts.ts";
import { MintError } from "../../../src/errors.ts";

const account = "111122223333";

function registry(region: string, endpoints: readonly ("ipv4" | "dual-stack" | "fips")[]) {
  return { account, region, endpoints };
}

describe("hosts of a registry", () => {
  test.each([
    ["us-east-1", "amazonaws.com", ["ipv4"], [`${account}.dkr.ecr.us-east-1.amazonaws.com`]],
    ["us-east-1", "amazonaws.com", ["fips"], [`${account}.dkr.ecr-fips.us-east-1.amazonaws.com`]],
    ["us-east-1", "amazonaws.com", ["dual-stack"], [`${account}.dkr-ecr.us-east-1.on.aws`]],
    [
      "us-gov-west-1",
      "amazonaws.com",
      ["ipv4", "dual-stack", "fips"],
      [
        `${account}.dkr.ecr.us-gov-west-1.amazonaws.com`,
        `${account}.dkr-ecr.us-gov-west-1.on.aws`,
        `${account}.dkr.ecr-fips.us-gov-west-1.amazonaws.com`,
      ],
    ],
    [
      "cn-north-1",
      "amazonaws.com.cn",
      ["ipv4", "dual-stack"],
      [
        `${account}.dkr.ecr.cn-north-1.amazonaws.com.cn`,
        `${account}.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn`,
      ],
    ],
    [
      "eusc-de-east-1",
      "amazonaws.eu",
      ["ipv4"],
      [`${account}.dkr.ecr.eusc-de-east-1.amazonaws.eu`],
    ],
    ["us-iso-east-1", "c2s.ic.gov", ["ipv4"], [`${account}.dkr.ecr.us-iso-east-1.c2s.ic.gov`]],
    [
      "us-isob-east-1",
      "sc2s.sgov.gov",
      ["ipv4"],
      [`${account}.dkr.ecr.us-isob-east-1.sc2s.sgov.gov`],
    ],
  ] as const)("in %s (%s) for %j", (region, suffix, endpoints, hosts) => {
    const domain = readProxyEndpoint(`https://999999999999.dkr.ecr.${region}.${suffix}`, region);
    expect(ecrHosts(registry(region, endpoints), domain)).toEqual(hosts);
  });

  test.each([
    ["cn-north-1", "amazonaws.com.cn", "fips"],
    ["eusc-de-east-1", "amazonaws.eu", "dual-stack"],
    ["us-iso-east-1", "c2s.ic.gov", "dual-stack"],
  ] as const)(
    "refuses in %s (%s) a family that AWS doesn't document there: %s",
    (region, suffix, family) => {
      const domain = readProxyEndpoint(`https://${account}.dkr.ecr.${region}.${suffix}`, region);
      const error = thrownBy(() => ecrHosts(registry(region, ["ipv4", family]), domain));
      expect(error).toMatchObject({
        kind: "malformed",
        message: `ECR in ${region} (${suffix}) has no ${family} hosts that this version knows`,
        hint: `Remove ${family} from the registry's endpoints.`,
      });
    },
  );
});

describe("proxyEndpoint", () => {
  test.each([
    "https://999999999999.dkr-ecr.us-east-1.on.aws",
    "https://999999999999.dkr.ecr-fips.us-east-1.amazonaws.com",
  ])("may be of any family: %s", (proxyEndpoint) => {
    const domain = readProxyEndpoint(proxyEndpoint, "us-east-1");
    expect(ecrHosts(registry("us-east-1", ["ipv4"]), domain)).toEqual([
      `${account}.dkr.ecr.us-east-1.amazonaws.com`,
    ]);
  });

  const host = "999999999999.dkr.ecr.us-east-1.amazonaws.com";
  test.each([
    ["a suffix behind AWS's", `https://${host}.evil.example`],
    ["a prefix before the account", `https://evil.example.${host}`],
    ["another domain", "https://999999999999.dkr.ecr.us-east-1.evil.example"],
    [
      "a domain that only ends like AWS's",
      "https://999999999999.dkr.ecr.us-east-1.evilamazonaws.com",
    ],
    ["the dual-stack suffix behind the IPv4 name", "https://999999999999.dkr.ecr.us-east-1.on.aws"],
    ["a path", `https://${host}/v2`],
    ["a slash", `https://${host}/`],
    ["a port", `https://${host}:443`],
    ["userinfo", `https://user@${host}`],
    ["another host as userinfo", `https://${host}@evil.example`],
    ["a query", `https://${host}?x`],
    ["a fragment", `https://${host}#x`],
    ["another region", "https://999999999999.dkr.ecr.eu-west-1.amazonaws.com"],
    ["no region", "https://999999999999.dkr.ecr.amazonaws.com"],
    ["a short account", "https://99999999999.dkr.ecr.us-east-1.amazonaws.com"],
    ["plain http", `http://${host}`],
    ["no scheme", host],
    ["another scheme", `HTTPS://${host}`],
    ["upper case", `https://${host.toUpperCase()}`],
    ["a line break at the end", `https://${host}\n`],
    ["a line break and more", `https://${host}\nhttps://evil.example`],
    ["a dot at the end", `https://${host}.`],
    ["ECR Public", "https://public.ecr.aws"],
    ["nothing", ""],
    ["a very long text", `https://${"9".repeat(100_000)}`],
  ])("is refused with %s", (_, proxyEndpoint) => {
    const error = thrownBy(() => readProxyEndpoint(proxyEndpoint, "us-east-1"));
    expect(error).toBeInstanceOf(MintError);
    expect(error).toMatchObject({
      kind: "malformed",
      message:
        "ECR's answer has another proxyEndpoint than https://<account>.dkr.ecr.us-east-1.<AWS domain>, without port and path",
    });
  });
});

describe("a host found in a docker config", () => {
  test.each([
    `${account}.dkr.ecr.us-east-1.amazonaws.com`,
    `${account}.dkr.ecr-fips.us-east-1.amazonaws.com`,
    `${account}.dkr-ecr.us-east-1.on.aws`,
    `${account}.dkr-ecr-fips.us-east-1.on.aws`,
  ])("is the registry's: %s", (host) => {
    expect(isHostOf(registry("us-east-1", ["ipv4"]), host)).toBe(true);
  });

  test("is the registry's in a partition of its own", () => {
    const host = `${account}.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn`;
    expect(isHostOf(registry("cn-north-1", ["ipv4"]), host)).toBe(true);
  });

  test.each([
    "444455556666.dkr.ecr.us-east-1.amazonaws.com",
    `${account}.dkr.ecr.eu-west-1.amazonaws.com`,
    `${account}.dkr.ecr.us-east-1.amazonaws.com.evil.example`,
    `https://${account}.dkr.ecr.us-east-1.amazonaws.com`,
    `${account}.dkr.ecr.us-east-1.amazonaws.com/v2/`,
    `${account}.dkr.ecr.us-east-1.amazonaws.com:443`,
    `*.dkr.ecr.us-east-1.amazonaws.com`,
    "public.ecr.aws",
    "ghcr.io",
    "",
  ])("is not the registry's: %s", (host) => {
    expect(isHostOf(registry("us-east-1", ["ipv4"]), host)).toBe(false);
  });
});

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
