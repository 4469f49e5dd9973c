import { expect, test } from "vitest";
import { type ClusterState, readState } from "../../../../src/clusters/record-state.ts";
import type { ClusterListing } from "../../../../src/clusters/store.ts";
import { parseConfig } from "../../../../src/config/load.ts";
import { lookAtClusters } from "../../../../src/deploy/around/look-at-clusters.ts";
import { AwsError, StoreError } from "../../../../src/errors.ts";
import { desiredPullSecrets } from "../../../../src/refresh/desired.ts";
import { demandOf, digestOf } from "../../../../src/rights/demand.ts";
import { hoursAhead, owner } from "../../refresh/builders.ts";

const config = (namespaces: string) =>
  parseConfig(
    `pullSecrets: [{ name: a, clusters: ["prod-*"], namespaces: "${namespaces}", registries: [{ type: ecr, region: us-east-1 }] }]`,
    "config/prod.yml",
  );
const { pullSecrets } = config("web");
const granted = digestOf(demandOf(desiredPullSecrets(pullSecrets, "prod-1", owner)));

function look(list: () => Promise<ClusterListing>, wanted = pullSecrets) {
  const { region, stage } = owner;
  const account = async () => owner.account;
  return lookAtClusters({ account, list }, { stage, region, pullSecrets: wanted });
}

function listing(clusters: Readonly<Record<string, Partial<ClusterState>>>) {
  const none = readState([]);
  const listed = Object.entries(clusters).map(([name, state]) => ({
    name,
    state: { ...none, ...state },
  }));
  return async () => ({ clusters: listed, others: ["ecr-pull-secrets/prod/clusters/-"] });
}

test("clusters are counted as people count, and the one whose secrets expire first is known", async () => {
  const [soon, later] = [hoursAhead(2), hoursAhead(5)];
  const clusters = { "prod-10": { expiresAt: later }, "prod-2": { expiresAt: soon }, dev: {} };
  await expect(look(listing(clusters))).resolves.toEqual({
    names: ["dev", "prod-2", "prod-10"],
    outdated: [],
    soonest: { cluster: "prod-2", expiresAt: soon },
    others: ["ecr-pull-secrets/prod/clusters/-"],
  });
});

test("only those whose granted rights aren't what the config asks for are outdated", async () => {
  const clusters = listing({
    "prod-1": { rbac: granted },
    "prod-2": { rbac: "0123456789abcdef" },
    // By hand: nobody knows what was granted.
    "prod-3": {},
    // The config wants nothing there.
    dev: { rbac: "0123456789abcdef" },
  });
  await expect(look(clusters)).resolves.toMatchObject({ outdated: ["prod-2"] });
  const grown = config("web api").pullSecrets;
  await expect(look(clusters, grown)).resolves.toMatchObject({ outdated: ["prod-1", "prod-2"] });
});

test("a list that AWS refuses is told, not thrown", async () => {
  const refused = new StoreError("denied", "AWS denied it", { hint: "Allow it." });
  await expect(look(() => Promise.reject(refused))).resolves.toEqual({
    message: "AWS denied it",
    hint: "Allow it.",
  });
  const ports = {
    account: () => Promise.reject(new AwsError("unreachable", "no answer")),
    list: listing({}),
  };
  await expect(
    lookAtClusters(ports, { stage: "prod", region: "us-east-1", pullSecrets }),
  ).resolves.toEqual({ message: "no answer", hint: undefined });
});

test("a bug is told by its name alone: its message could quote anything", async () => {
  const bug = new TypeError("token eyJhbGciOi");
  await expect(look(() => Promise.reject(bug))).resolves.toEqual({
    message: "this is a bug in ecr-pull-secrets: TypeError",
    hint: undefined,
  });
});
