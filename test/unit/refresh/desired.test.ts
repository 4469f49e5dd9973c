import { expect, test } from "vitest";
import type { SecretFormat } from "../../../src/config/secret-format.ts";
import type { PullSecretConfig } from "../../../src/config/stage-config.ts";
import { desiredPullSecrets } from "../../../src/refresh/desired.ts";
import { allNamedOutright } from "../../../src/refresh/observe/lists-by-place.ts";
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

const role = "arn:aws:iam::123456789012:role/pull";
const opaque = { type: "opaque", username: "u", password: "p" } as const;
const session: SecretFormat = {
  type: "awsCredentials",
  roleArn: role,
  region: undefined,
  sessionPolicy: undefined,
  mountPath: "/aws",
};
const ecrPublic = (roleArn?: string) => ({ type: "ecr-public", roleArn }) as const;

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

test.each<[string, Partial<PullSecretConfig>, boolean, boolean]>([
  ["another role for ECR Public", { registries: [ecrPublic(role)] }, false, true],
  ["an email", { format: { type: "dockerconfigjson", email: "a@example.com" } }, true, false],
  ["another format", { format: { ...opaque, username: "user" } }, true, false],
])("%s changes the shape or the source, as it has to", (_, more, shape, source) => {
  const before = pullSecret({ registries: [ecrPublic()] });
  const after = pullSecret({ registries: [ecrPublic()], ...more });
  expect(after.shape !== before.shape).toBe(shape);
  expect(after.registries[0]?.source !== before.registries[0]?.source).toBe(source);
});

test.each<[string, SecretFormat]>([
  ["username", { ...opaque, username: "user" }],
  ["password", { ...opaque, password: "pass" }],
])("the shape of an opaque secret changes with the key of the %s", (_, format) => {
  expect(pullSecret({ format }).shape).not.toBe(pullSecret({ format: opaque }).shape);
});

test("a session's shape goes by its files, its source by whose it is and what it may", () => {
  const base = { ...session, region: undefined, sessionPolicy: undefined };
  const of = (more: object) => pullSecret({ registries: [], format: { ...base, ...more } });
  const [plain, inRegion, elsewhere, narrowed] = [
    of({}),
    of({ region: "us-east-1" }),
    of({ mountPath: "/x" }),
    of({ sessionPolicy: "{}" }),
  ];
  expect(new Set([plain, inRegion, elsewhere].map(({ shape }) => shape)).size).toBe(3);
  expect(narrowed.shape).toBe(plain.shape);
  const sources = [plain, inRegion, narrowed].map(({ registries }) => registries[0]?.source);
  expect(sources[1]).toBe(sources[0]);
  expect(sources[2]).not.toBe(sources[0]);
});

test.each([
  ["prod-eu", "ecr-pull-secrets-prod-eu"],
  ["x".repeat(47), `ecr-pull-secrets-${"x".repeat(47)}`],
  ["x".repeat(100), expect.stringMatching(/^ecr-pull-secrets-x{38}-[0-9a-f]{8}$/)],
])("a session in %s is called %s", (cluster, name) => {
  const aws = { ...config, clusters: ["*"], registries: [], format: session };
  const [secret] = desiredPullSecrets([aws], cluster, owner);
  expect(secret?.registries).toMatchObject([{ type: "aws-role", key: role, sessionName: name }]);
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
