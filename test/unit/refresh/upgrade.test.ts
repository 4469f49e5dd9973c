/**
 * A deploy over an older version changes no secret that isn't due. What is frozen here is what that
 * version wrote: if a digest, a name or an annotation has to change, every secret of every cluster is
 * written anew by the next sweep. Do that on purpose, and say so in CHANGELOG.md.
 */
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/config/load.ts";
import { type DesiredPullSecret, desiredPullSecrets } from "../../../src/refresh/desired.ts";
import type { SecretState } from "../../../src/refresh/ports.ts";
import { staticRegistry } from "../../../src/refresh/registries.ts";
import { namespace, ourSecret, owner, plan } from "./builders.ts";

const role = "arn:aws:iam::111122223333:role/teams/pull";

/** By registry: what decides whether its credential is another one. */
interface Frozen {
  readonly registries: object[];
  readonly format?: object;
  readonly shape: string;
  readonly sources: Readonly<Record<string, string>>;
}

const configs: Readonly<Record<string, Frozen>> = {
  "this account's registry": {
    registries: [{ type: "ecr", region: "us-east-1" }],
    shape: "f2c272ee8cb1e45a",
    sources: { "123456789012.dkr.ecr.us-east-1": "c86e3fc6fb59837d" },
  },
  "another account's, by a role": {
    registries: [{ type: "ecr", region: "eu-west-1", roleArn: role }],
    shape: "2592baa8d9a844ea",
    sources: { "111122223333.dkr.ecr.eu-west-1": "4932580e881c0ff3" },
  },
  "several accounts and kinds of hosts": {
    registries: [
      {
        type: "ecr",
        region: "eu-central-1",
        accounts: ["444455556666", "777788889999"],
        endpoints: ["fips", "ipv4", "dual-stack"],
      },
      { type: "ecr", region: "cn-north-1", accounts: ["222233334444"] },
    ],
    shape: "b1731cb21fb6cc4c",
    sources: {
      "444455556666.dkr.ecr.eu-central-1": "b042921438dbaa94",
      "777788889999.dkr.ecr.eu-central-1": "c556ec1651e4f056",
      "222233334444.dkr.ecr.cn-north-1": "8d07386c56a3ae3b",
    },
  },
  "ECR Public": {
    registries: [{ type: "ecr-public" }],
    shape: "9932d4b6a16db93a",
    sources: { "public.ecr.aws": "0d22bb35ac934d99" },
  },
  "ECR Public, by a role": {
    registries: [{ type: "ecr-public", roleArn: role }],
    shape: "9932d4b6a16db93a",
    sources: { "public.ecr.aws": "861bdd35e054feeb" },
  },
  "kept logins beside ECR, with an email": {
    registries: [
      { type: "ecr", region: "us-east-1" },
      { type: "static", host: "ghcr.io", secretId: "logins/ghcr" },
      { type: "static", host: "gcr.io", secretId: "logins/gcr", username: "_json_key" },
    ],
    format: { type: "dockerconfigjson", email: "platform@example.com" },
    shape: "045f3f69e0e6dcfa",
    sources: {
      "123456789012.dkr.ecr.us-east-1": "c86e3fc6fb59837d",
      "ghcr.io": "5bc95133593331f7",
      "gcr.io": "88dbe94aa2adab06",
    },
  },
  "an opaque secret": {
    registries: [{ type: "ecr", region: "us-east-1" }],
    format: { type: "opaque", username: "proxyUsername", password: "proxyPassword" },
    shape: "858dc6a88947ec68",
    sources: { "123456789012.dkr.ecr.us-east-1": "c86e3fc6fb59837d" },
  },
};

/** One whose role takes the place of registries, of which it has none. */
const sessions: Readonly<Record<string, Frozen>> = {
  "AWS credentials": {
    registries: [],
    format: { type: "awsCredentials", roleArn: role },
    shape: "4718cf414777dab5",
    sources: { [role]: "7e1bab13dcebcbfc" },
  },
  "AWS credentials for a region, with less rights": {
    registries: [],
    format: {
      type: "awsCredentials",
      roleArn: role,
      region: "us-east-1",
      mountPath: "/aws",
      sessionPolicy: { Version: "2012-10-17", Statement: [] },
    },
    shape: "70c590d31c3efa60",
    sources: { [role]: "1504200c14d7e2b3" },
  },
};

test.each(Object.entries(sessions))(
  "the digests of %s are those that are in the clusters",
  (_, frozen) => {
    const desired = desiredOf(frozen.registries, frozen.format);
    expect(desired.shape).toBe(frozen.shape);
    expect(sourcesOf(desired)).toEqual(frozen.sources);
  },
);

describe.each(Object.entries(configs))("the digests of %s", (_, frozen) => {
  const { registries, format, shape, sources } = frozen;

  test("are those that are in the clusters", () => {
    const desired = desiredOf(registries, format);
    expect(desired.shape).toBe(shape);
    expect(sourcesOf(desired)).toEqual(sources);
  });

  test.each<[string, object, object]>([
    ["which repositories the function may pull", { repositories: ["team/*"] }, {}],
    [
      "how the stack is deployed",
      {},
      { aws: { tags: { team: "web" }, vpc: { fixedEgress: true } } },
    ],
    [
      "who is told, and what is measured",
      {},
      { metrics: { perCluster: true }, schedule: "rate(5 minutes)" },
    ],
  ])("don't change with %s", (_, ofRegistry, ofStage) => {
    const narrowed = registries.map((each) =>
      "roleArn" in each || !("region" in each) ? each : { ...each, ...ofRegistry },
    );
    const desired = desiredOf(narrowed, format, ofStage);
    expect(desired.shape).toBe(shape);
    expect(sourcesOf(desired)).toEqual(sources);
  });
});

/** As `kubectl get secret ecr-pull -o yaml` shows it after a sweep of version 0.1.0. */
const written = {
  labels: { "app.kubernetes.io/managed-by": "ecr-pull-secrets" },
  annotations: {
    "ecr-pull-secrets/expires-at": "2026-11-21T23:00:00Z",
    "ecr-pull-secrets/owner": "123456789012/us-east-1/prod",
    "ecr-pull-secrets/refreshed-at": "2026-11-21T11:00:00Z",
    "ecr-pull-secrets/registries":
      '{"123456789012.dkr.ecr.us-east-1":{"issued":"2026-11-21T11:00:00Z","expires":"2026-11-21T23:00:00Z","source":"c86e3fc6fb59837d"}}',
    "ecr-pull-secrets/shape": "f2c272ee8cb1e45a",
  },
};

describe("a secret that version 0.1.0 wrote", () => {
  const desired = desiredOf(configs["this account's registry"]?.registries ?? []);

  test("bears what this version would write", () => {
    const { labels, annotations } = ourSecret(desired, "web");
    expect({ labels, annotations }).toEqual(written);
  });

  test.each<[string, Partial<DesiredPullSecret>]>([
    ["", {}],
    [", though it doesn't say whom it was linked to", { serviceAccounts: ["default"] }],
    [", though a workload is to roll with it", { restart: [{ kind: "deployment", name: "web" }] }],
  ])("is left as it is%s", (_, more) => {
    // Not by this version's own words: those may have changed.
    const old: SecretState = { ...ourSecret(desired, "web"), ...written };
    const cluster = { namespaces: [namespace("web")], secrets: [old] };
    const { writes, current } = plan({ ...desired, ...more }, cluster);
    expect(writes).toEqual([]);
    expect(current).toHaveLength(1);
  });
});

function desiredOf(
  registries: readonly object[],
  format: object | undefined = undefined,
  rest: object = {},
): DesiredPullSecret {
  const given = registries.length === 0 ? undefined : registries;
  const pullSecrets = [{ name: "ecr-pull", registries: given, format }];
  const config = parseConfig(JSON.stringify({ pullSecrets, ...rest }), "config/prod.yml");
  const [desired] = desiredPullSecrets(config.pullSecrets, "prod-eu", owner);
  if (desired === undefined) throw new Error("this config wants nothing");
  return desired;
}

function sourcesOf({ registries }: DesiredPullSecret) {
  const known = registries.map((each) =>
    each.type === "static" ? staticRegistry(each, "11111111-2222-4333-8444-555555555555") : each,
  );
  return Object.fromEntries(known.map(({ key, source }) => [key, source]));
}
