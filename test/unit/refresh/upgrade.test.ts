/**
 * A deploy over an older version changes no secret that isn't due. What is frozen here is what that
 * version wrote: if a digest, a name or an annotation has to change, every secret of every cluster is
 * written anew by the next sweep. Do that on purpose, and say so in CHANGELOG.md.
 */
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/config/load.ts";
import { type DesiredPullSecret, desiredPullSecrets } from "../../../src/refresh/desired.ts";
import type { SecretState } from "../../../src/refresh/ports.ts";
import { namespace, ourSecret, owner, plan } from "./builders.ts";

const role = "arn:aws:iam::111122223333:role/teams/pull";

/** By registry: what decides whether its credential is another one. */
interface Frozen {
  readonly registries: object[];
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
};

describe.each(Object.entries(configs))("the digests of %s", (_, { registries, shape, sources }) => {
  test("are those that are in the clusters", () => {
    const desired = desiredOf(registries);
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
      "roleArn" in each ? each : { ...each, ...ofRegistry },
    );
    const desired = desiredOf(narrowed, ofStage);
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

  test("is left as it is", () => {
    // Not by this version's own words: those may have changed.
    const old: SecretState = { ...ourSecret(desired, "web"), ...written };
    const { writes, current } = plan(desired, { namespaces: [namespace("web")], secrets: [old] });
    expect(writes).toEqual([]);
    expect(current).toHaveLength(1);
  });
});

function desiredOf(registries: readonly object[], rest: object = {}): DesiredPullSecret {
  const pullSecrets = [{ name: "ecr-pull", registries }];
  const config = parseConfig(JSON.stringify({ pullSecrets, ...rest }), "config/prod.yml");
  const [desired] = desiredPullSecrets(config.pullSecrets, "prod-eu", owner);
  if (desired === undefined) throw new Error("this config wants nothing");
  return desired;
}

function sourcesOf({ registries }: DesiredPullSecret) {
  return Object.fromEntries(registries.map(({ key, source }) => [key, source]));
}
