import { describe, expect, test } from "vitest";
import type { PullSecretConfig } from "../../../src/config/stage-config.ts";
import { demandOf, digestOf } from "../../../src/rights/demand.ts";
import { ecr } from "../refresh/builders.ts";
import { namespaces, wishFor } from "./wishes.ts";

const opaque = { type: "opaque", username: "user", password: "pass" } as const;
const sessions = {
  type: "awsCredentials",
  roleArn: "arn:aws:iam::111122223333:role/s3",
  region: undefined,
  sessionPolicy: undefined,
  mountPath: "/var/run/secrets/aws",
} as const;
const registry = { kind: "deployment", name: "registry" } as const;
const cache = { kind: "statefulset", name: "cache" } as const;

const demand = (...entries: Partial<PullSecretConfig>[]) => demandOf(wishFor(entries).desired);
const digest = (...entries: Partial<PullSecretConfig>[]) => digestOf(demand(...entries));

test("one name in several entries is one secret in several places", () => {
  const [web, api] = [namespaces(["web"]), namespaces(["api"])];
  expect(
    demand({ namespaces: web, serviceAccounts: ["default"] }, { namespaces: api, prune: true }),
  ).toEqual({
    scope: "namespaces",
    secrets: [
      {
        name: "ecr-pull",
        places: [
          { namespaces: api, accounts: [] },
          { namespaces: web, accounts: ["default"] },
        ],
        prune: true,
        adopt: false,
      },
    ],
  });
});

test("a secret of another format, and what restarts for it, belong to the place", () => {
  const [web, api] = [namespaces(["web"]), namespaces(["api"])];
  const restart = [
    { kind: "statefulset", name: "cache" },
    { kind: "deployment", name: "registry" },
    { kind: "statefulset", name: "cache" },
  ] as const;
  expect(demand({ namespaces: web, format: opaque, restart }, { namespaces: api })).toMatchObject({
    secrets: [
      {
        name: "ecr-pull",
        places: [
          { namespaces: api, accounts: [] },
          {
            namespaces: web,
            content: { type: "Opaque", keys: ["pass", "user"] },
            workloads: [
              { kind: "deployment", name: "registry" },
              { kind: "statefulset", name: "cache" },
            ],
          },
        ],
      },
    ],
  });
});

describe("the digest stays", () => {
  const spelled = { namespaces: namespaces(["a*", "b"], { exclude: ["c", "d"] }) };

  test.each<[string, Partial<PullSecretConfig>[], Partial<PullSecretConfig>[]]>([
    ["in another order", [{ name: "x" }, { name: "y" }], [{ name: "y" }, { name: "x" }]],
    [
      "with patterns in another order",
      [spelled],
      [{ namespaces: namespaces(["b", "a*", "b"], { exclude: ["d", "c"] }) }],
    ],
    [
      "with accounts in another order",
      [{ serviceAccounts: ["a", "b"] }],
      [{ serviceAccounts: ["b", "a"] }],
    ],
    [
      "with places of one name in another order",
      [{ namespaces: namespaces(["a*"]) }, { namespaces: namespaces(["b*"]) }],
      [{ namespaces: namespaces(["b*"]) }, { namespaces: namespaces(["a*"]) }],
    ],
    [
      "with a selector in another order",
      [{ namespaces: namespaces(["*"], { selector: "a in (x,y),!b" }) }],
      [{ namespaces: namespaces(["*"], { selector: "!b,a in (y,x)" }) }],
    ],
    ["with other registries", [{}], [{ registries: [ecr("eu-west-1")] }]],
    [
      "with an email address in the entries",
      [{}],
      [{ format: { type: "dockerconfigjson", email: "a@example.com" } }],
    ],
    [
      "with workloads in another order",
      [{ restart: [registry, cache] }],
      [{ restart: [cache, registry] }],
    ],
  ])("%s", (_, one, other) => {
    expect(digest(...one)).toBe(digest(...other));
  });
});

test("the digest tells apart whatever asks for other rights", () => {
  const configs: Partial<PullSecretConfig>[][] = [
    [],
    [{}],
    [{ name: "x" }],
    [{}, { name: "x" }],
    [{ namespaces: namespaces(["*"]) }],
    [{ namespaces: namespaces(["web"]) }],
    [{ namespaces: namespaces(["*"], { selector: "team=web" }) }],
    [{ namespaces: namespaces(["*"], { selector: "team!=web" }) }],
    [{ serviceAccounts: ["default"] }],
    [{ serviceAccounts: "all" }],
    [{ prune: true }],
    [{ adopt: true }],
    [{ format: opaque }],
    [{ format: { ...opaque, password: "word" } }],
    [{ format: sessions }],
    [{ format: { ...sessions, mountPath: "/elsewhere" } }],
    [{ restart: [registry] }],
    [{ restart: [cache] }],
    [{ restart: [registry, cache] }],
    [{ restart: [{ kind: "deployment", name: "cache" }] }],
  ];
  expect(new Set(configs.map((config) => digest(...config))).size).toBe(configs.length);
});

test("the digest is the one that clusters were registered with", () => {
  // Clusters that are registered carry it: a change of these lines asks all of them to register anew.
  expect(digest({ serviceAccounts: ["default"] })).toBe("bb02fc98abfd081f");
});
