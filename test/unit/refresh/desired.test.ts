import { expect, test } from "vitest";
import { desiredPullSecrets } from "../../../src/refresh/desired.ts";
import { allNamedOutright } from "../../../src/refresh/lists-by-place.ts";
import { ecr, owner, pullSecret } from "./builders.ts";

const config = {
  name: "ecr-pull",
  clusters: ["prod-*"],
  namespaces: { include: ["*"], exclude: [], selector: undefined },
  serviceAccounts: [],
  registries: [ecr()],
  format: { type: "dockerconfigjson", email: undefined } as const,
  restart: [],
  adopt: false,
  prune: false,
};

test("a cluster gets the pull secrets that name it or match it", () => {
  expect(desiredPullSecrets([config], "prod-eu", owner)).toHaveLength(1);
  expect(desiredPullSecrets([config], "dev", owner)).toEqual([]);
});

test("without accounts, a registry is that of whoever mints: the caller, or the role", () => {
  const roleArn = "arn:aws:iam::111122223333:role/team/pull";
  const secret = pullSecret({ registries: [ecr(), ecr("eu-west-1", { roleArn })] });
  expect(secret.registries.map(({ key }) => key)).toEqual([
    "123456789012.dkr.ecr.us-east-1",
    "111122223333.dkr.ecr.eu-west-1",
  ]);
});

test("several accounts in one entry are one registry each", () => {
  const secret = pullSecret({
    registries: [ecr("eu-west-1", { accounts: ["111122223333", "444455556666"] })],
  });
  expect(secret.registries.map(({ key }) => key.split(".")[0])).toEqual([
    "111122223333",
    "444455556666",
  ]);
});

test("the source changes with role and hosts; the shape with hosts, not with the role", () => {
  const roleArn = "arn:aws:iam::123456789012:role/pull";
  const plain = pullSecret();
  const withRole = pullSecret({ registries: [ecr("us-east-1", { roleArn })] });
  const withFips = pullSecret({ registries: [ecr("us-east-1", { endpoints: ["ipv4", "fips"] })] });
  const sources = [plain, withRole, withFips].map(({ registries }) => registries[0]?.source);
  expect(new Set(sources).size).toBe(3);
  expect(withRole.shape).toBe(plain.shape);
  expect(withFips.shape).not.toBe(plain.shape);
});

test("a cluster is read namespace by namespace only if every pull secret names its namespaces", () => {
  const exact = { include: ["web"], exclude: [], selector: undefined };
  const named = pullSecret({ namespaces: exact });
  const globbed = pullSecret({ name: "other" });
  expect(allNamedOutright([named])).toBe(true);
  expect(allNamedOutright([named, globbed])).toBe(false);
});

test("the caller's own account, named once more outright, is one registry still", () => {
  const twice = [ecr(), ecr("us-east-1", { accounts: [owner.account, "111122223333"] })];
  const { registries } = pullSecret({ registries: twice });
  expect(registries.map(({ key }) => key.split(".")[0])).toEqual([owner.account, "111122223333"]);
});
