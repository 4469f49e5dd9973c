import { describe, expect, test } from "vitest";
import { renderList } from "../../../src/cli/print/list.ts";
import { lookAt } from "../../../src/cli/print/look.ts";
import { type ClusterStanding, standings } from "../../../src/cli/registered/cluster-standing.ts";
import type { ClusterState } from "../../../src/clusters/record-state.ts";
import type { PullSecretConfig } from "../../../src/config/stage-config.ts";
import { desiredPullSecrets } from "../../../src/refresh/desired.ts";
import { demandOf, digestOf } from "../../../src/rights/demand.ts";
import { ecr, hoursAgo, hoursAhead, now, owner } from "../refresh/builders.ts";
import { captureRun } from "./captured-run.ts";

const config: PullSecretConfig = {
  name: "ecr-pull",
  clusters: ["prod-*"],
  namespaces: { include: ["*"], exclude: ["kube-*"], selector: undefined },
  serviceAccounts: ["default"],
  registries: [ecr()],
  format: { type: "dockerconfigjson", email: undefined },
  restart: [],
  adopt: false,
  prune: false,
};
const digest = digestOf(demandOf(desiredPullSecrets([config], "prod-eu", owner)));
const fine: ClusterState = {
  expiresAt: hoursAhead(8),
  sessionsExpireAt: undefined,
  failingSince: undefined,
  rbac: digest,
  credential: { issuedAt: hoursAgo(24), expiresAt: hoursAhead(29 * 24) },
  rotationFailingSince: undefined,
  failureToldAt: undefined,
};
const sessionsExpireAt = hoursAhead(0.7);
const unseen: ClusterState = { ...fine, expiresAt: undefined, credential: undefined };
const judging = {
  config: { pullSecrets: [config], localClusters: ["prod-factory-*"] },
  owner,
  now,
};

const standingOf = (state: Partial<ClusterState>, name = "prod-eu") =>
  standings([{ name, state: { ...fine, ...state } }], judging)[0];

describe("a registered cluster", () => {
  test.each<[string, Partial<ClusterState>, Partial<ClusterStanding>]>([
    ["is fine", {}, { state: "ok", rights: "ok", failingSince: null, renewalFailingSince: null }],
    ["fails", { failingSince: hoursAgo(3) }, { state: "failing", failingSince: hoursAgo(3) }],
    ["fails from its first sweep on", { ...unseen, failingSince: now }, { state: "failing" }],
    ["was never swept", unseen, { state: "never-swept", secretsExpireAt: null, credential: null }],
    ["lacks rights that the config asks for", { rbac: "other" }, { rights: "outdated" }],
    ["got its rights by hand", { rbac: undefined }, { rights: "unknown" }],
    [
      "has a credential that isn't renewed",
      { rotationFailingSince: hoursAgo(2) },
      { state: "ok", renewalFailingSince: hoursAgo(2) },
    ],
    ["holds AWS sessions", { sessionsExpireAt }, { state: "ok", sessionsExpireAt }],
    ["holds nothing but those", { ...unseen, sessionsExpireAt }, { state: "ok" }],
  ])("%s", (_, state, expected) => {
    expect(standingOf(state)).toMatchObject(expected);
  });

  test.each([
    ["prod-eu", false],
    ["prod-factory-1", true],
  ])("called %s is local: %s", (name, local) => {
    expect(standingOf({}, name)).toMatchObject({ local, state: "ok" });
  });

  test("that the config wants nothing in needs no rights, and isn't waited for", () => {
    expect(standingOf(unseen, "dev")).toMatchObject({ state: "unused", rights: "unused" });
  });

  test("that the config wants nothing in may still fail", () => {
    expect(standingOf({ failingSince: now }, "dev")).toMatchObject({ state: "failing" });
  });
});

test("those with trouble come first, then those whose secrets expire first", () => {
  const clusters = Object.entries({
    "prod-b": {},
    "prod-a": {},
    "prod-soon": { expiresAt: hoursAhead(2) },
    "prod-new": unseen,
    "prod-outdated": { rbac: "other" },
    "prod-unrenewed": { rotationFailingSince: now },
    "prod-failing": { failingSince: now },
    "prod-over": { failingSince: now, expiresAt: hoursAgo(1) },
    "prod-dark": { sessionsExpireAt: hoursAgo(0.1) },
    "prod-locked": { credential: { issuedAt: hoursAgo(48), expiresAt: hoursAgo(1) } },
  }).map(([name, state]) => ({ name, state: { ...fine, ...state } }));
  expect(standings(clusters, judging).map(({ cluster }) => cluster.slice(5))).toEqual([
    ...["over", "dark", "locked", "failing", "unrenewed", "outdated", "new", "soon", "a", "b"],
  ]);
});

describe("the list", () => {
  const many = Array.from({ length: 10_000 }, (_, index) => ({
    name: `prod-${index}`,
    state: fine,
  }));
  const { run } = captureRun({ now });
  const look = lookAt(run.context);

  test("of ten thousand clusters is whole where a program reads it, and cut for a person", () => {
    const startedAt = performance.now();
    const all = standings(many, judging);
    const piped = renderList({ stage: "prod", clusters: all, others: [] }, look).split("\n");
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(piped.filter((line) => line.startsWith("prod-"))).toHaveLength(10_000);
    expect(piped.at(-1)).toBe("✔ 10000 clusters: 10000 ok");
    const seen = renderList({ stage: "prod", clusters: all, others: [] }, { ...look, maxRows: 40 });
    expect(seen.split("\n").filter((line) => line.startsWith("prod-"))).toHaveLength(40);
    expect(seen).toContain("… and 9960 more (--output json has all)");
  });

  test("has a column for AWS sessions where a cluster holds some", () => {
    const listed = (state: Partial<ClusterState>) =>
      renderList(
        {
          stage: "prod",
          clusters: standings([{ name: "prod-eu", state: { ...fine, ...state } }], judging),
          others: [],
        },
        look,
      ).split("\n");
    expect(listed({ sessionsExpireAt })[0]).toContain("SECRETS EXPIRE   AWS SESSIONS   CREDENTIAL");
    expect(listed({ sessionsExpireAt })[1]).toContain("in 8 h           in 42 min");
    expect(listed({ sessionsExpireAt: hoursAgo(1) })[1]).toContain("✖ 1 h ago");
    expect(listed({})[0]).not.toContain("AWS");
  });

  test("names what to do about trouble, and what is no cluster among the records", () => {
    const troubled = standings(
      [
        { name: "prod-eu", state: { ...fine, failingSince: hoursAgo(3) } },
        { name: "prod-us", state: { ...fine, rbac: "other" } },
      ],
      judging,
    );
    const text = renderList(
      { stage: "prod", clusters: troubled, others: ["ecr-pull-secrets/prod/clusters/a b"] },
      look,
    );
    expect(text).toContain("✖ failing for 3 h");
    expect(text).toContain("→ ecr-pull-secrets check prod-eu --stage prod");
    expect(text).toContain("      ecr-pull-secrets register prod-us --stage prod");
    expect(text).toContain("ecr-pull-secrets/prod/clusters/a b");
    expect(text.split("\n").at(-1)).toBe("✖ 2 clusters: 1 ok, 1 failing");
    expect(Math.max(...text.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(80);
  });
});
