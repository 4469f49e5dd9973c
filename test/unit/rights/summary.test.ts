import { expect, test } from "vitest";
import type { PullSecretConfig } from "../../../src/config/stage-config.ts";
import { computeRights } from "../../../src/rights/compute-rights.ts";
import type { RightsWish } from "../../../src/rights/rights.ts";
import { group, namespaces, wishFor } from "./wishes.ts";

const linked = { serviceAccounts: ["default"] };
const registry = { kind: "deployment", name: "registry" } as const;
const api = { kind: "deployment", name: "api" } as const;
const cache = { kind: "statefulset", name: "cache" } as const;
const named = namespaces(["web", "api"]);
const teams = namespaces(["team-*"], {
  exclude: ["team-x"],
  selector: "pull!=no,env in (a,b),!old,new",
});

test.each<[string, Partial<PullSecretConfig>[], Partial<RightsWish>, string[]]>([
  [
    "all namespaces",
    [linked],
    {},
    [
      "namespaces: list",
      "secrets named ecr-pull: list, get; in all namespaces",
      "secrets named ecr-pull: create, update; in all namespaces but kube-*",
      "service accounts named default: list, add ecr-pull to imagePullSecrets; in all namespaces but kube-*",
      "its own token: renew",
    ],
  ],
  [
    "named namespaces",
    [{ namespaces: named, prune: true }],
    {},
    [
      "secrets named ecr-pull: list, get, create, update; in namespaces api, web",
      "secrets named ecr-pull: delete those that this deployment made",
      "its own token: renew",
    ],
  ],
  [
    "several secrets",
    [
      { ...linked, namespaces: teams },
      { ...linked, name: "b", namespaces: teams },
      { name: "c", serviceAccounts: "all", namespaces: namespaces(["one"]) },
    ],
    { subject: group },
    [
      "namespaces: list",
      "secrets named b, c, ecr-pull: list, get; in all namespaces",
      "secrets named b, ecr-pull: create, update; in namespaces team-* but team-x, with labels !old,new,env in (a,b),pull!=no",
      "secrets named c: create, update; in namespace one",
      "service accounts named default: list, add b, ecr-pull to imagePullSecrets; in namespaces team-* but team-x, with labels !old,new,env in (a,b),pull!=no",
      "service accounts: list, add c to imagePullSecrets; in namespace one",
    ],
  ],
  [
    "no policy",
    [{ ...linked, prune: true }],
    { withPolicy: false },
    [
      "namespaces: list",
      "secrets named ecr-pull: list, get, create, update; in all namespaces",
      "secrets named ecr-pull: delete; in all namespaces",
      "service accounts named default: list, change; in all namespaces",
      "its own token: renew",
      "no admission policy: whoever steals the credential can make a token secret, and do anything in the cluster",
    ],
  ],
  [
    "no policy, named namespaces",
    [{ namespaces: named, serviceAccounts: "all" }],
    { withPolicy: false },
    [
      "secrets named ecr-pull: list, get, create, update; in namespaces api, web",
      "service accounts: list, change; in namespaces api, web",
      "its own token: renew",
      "no admission policy: whoever steals the credential can make a token secret, and do what any account of these namespaces may",
    ],
  ],
  [
    "workloads",
    [
      { namespaces: named, restart: [registry, cache] },
      { name: "b", namespaces: named, restart: [api] },
    ],
    {},
    [
      "secrets named b, ecr-pull: list, get, create, update; in namespaces api, web",
      "deployments named api, registry: list, restart; in namespaces api, web",
      "statefulsets named cache: list, restart; in namespaces api, web",
      "its own token: renew",
    ],
  ],
  [
    "workloads, no policy",
    [{ restart: [registry] }],
    { withPolicy: false },
    [
      "namespaces: list",
      "secrets named ecr-pull: list, get, create, update; in all namespaces",
      "deployments named registry: list, change; in all namespaces",
      "its own token: renew",
      "no admission policy: whoever steals the credential can make a token secret, and do anything in the cluster",
    ],
  ],
])("%s", (_, config, more, expected) => {
  expect(computeRights(wishFor(config, more)).summary).toEqual(expected);
});
