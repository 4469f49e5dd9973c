import { describe, expect, test } from "vitest";
import { ClusterError, MintError } from "../../../src/errors.ts";
import type { DesiredPullSecret } from "../../../src/refresh/desired.ts";
import { type Plan, planSweep } from "../../../src/refresh/plan/plan.ts";
import type { Registry } from "../../../src/refresh/registries.ts";
import { reportPlan } from "../../../src/refresh/report/plan-report.ts";
import { reportStatus } from "../../../src/refresh/report/status-report.ts";
import {
  type Cluster,
  foreignSecret,
  hoursAgo,
  hoursAhead,
  namespace,
  now,
  observed,
  ourSecret,
  owner,
  plan,
  pullSecret,
  serviceAccount,
  workload,
} from "./builders.ts";

const ghcr = {
  type: "static",
  host: "ghcr.io",
  secretId: "logins/ghcr",
  username: undefined,
  kmsKeyArn: undefined,
} as const;
const desired = pullSecret({ serviceAccounts: ["default", "builder"] });
const web = { namespaces: [namespace("web")], secrets: [ourSecret(desired, "web")] };

const planned = (plan: Plan, wanted = desired) =>
  ({ cluster: "prod-eu", owner, desired: [wanted], plan, startedAt: now, planMs: 3 }) as const;

const statusOf = (cluster: Cluster, wanted: DesiredPullSecret = desired) =>
  reportStatus(planned(plan(wanted, cluster), wanted));

test("what is to be unlinked and restarted stands in the plan, and in the status as a note", () => {
  const wanted = pullSecret({
    serviceAccounts: ["default"],
    restart: [{ kind: "deployment", name: "docker-registry" }],
  });
  const cluster: Cluster = {
    namespaces: [namespace("web")],
    secrets: [ourSecret(wanted, "web", { serviceAccounts: ["default", "builder"] })],
    droppedAccounts: [serviceAccount("web", ["ecr-pull"], "builder")],
    workloads: [workload("web"), workload("elsewhere")],
  };
  const place = { namespace: "web", pullSecret: "ecr-pull" };
  expect(reportPlan(planned(plan(wanted, cluster), wanted)).changes).toEqual([
    {
      ...place,
      change: "unlink",
      serviceAccount: "builder",
      reason: "the config no longer links it",
    },
    {
      ...place,
      change: "restart",
      workload: "deployment/docker-registry",
      reason: "its pods weren't started for it yet",
    },
  ]);
  expect(statusOf(cluster, wanted).secrets).toMatchObject([
    { ...place, state: "current", note: "to restart: deployment/docker-registry" },
  ]);
});

describe("a kept login of which nobody can tell whether it is the same still", () => {
  const unresolved = new MintError("denied", "not allowed to describe logins/ghcr", {
    hint: "Allow secretsmanager:DescribeSecret.",
  });
  const kept = pullSecret({ registries: [ghcr] });
  const wanted = {
    ...kept,
    registries: kept.registries.map((each) => ({ ...each, unresolved }) as Registry),
  };
  const lasting = new Map([
    ["ghcr.io", { issued: hoursAgo(1), expires: null, source: "of a version" }],
  ]);
  const secrets = [ourSecret(kept, "web", { registries: lasting })];
  const blind = planned(plan(wanted, { namespaces: [namespace("web")], secrets }), wanted);

  test("is a problem in plan and status, and changes nothing", () => {
    for (const report of [reportStatus(blind), reportPlan(blind)]) {
      expect(report.outcome).toBe("failed");
      expect(report.problems).toEqual([
        {
          kind: "mint",
          pullSecret: "ecr-pull",
          registry: "ghcr.io",
          message: "not allowed to describe logins/ghcr",
          hint: "Allow secretsmanager:DescribeSecret.",
        },
      ]);
    }
    expect(reportPlan(blind)).toMatchObject({ changes: [], current: 1 });
  });

  test("holds an adoption in plan and status, and is told once", () => {
    const seen = { namespaces: [namespace("web")], secrets: [foreignSecret("ecr-pull", "web")] };
    const adopting = { ...wanted, adopt: true };
    const held = planned(plan(adopting, seen), adopting);
    const notice = {
      kind: "adopt-held",
      namespace: "web",
      message:
        "secret ecr-pull was made by kubectl-create; it is left as it is, and taken over whole once ghcr.io can be asked for a login",
    };
    expect(reportPlan(held)).toMatchObject({
      outcome: "failed",
      changes: [],
      problems: [{ kind: "mint", registry: "ghcr.io" }],
      notices: [notice],
    });
    const { message: note, ...line } = notice;
    expect(reportStatus(held)).toMatchObject({
      outcome: "failed",
      secrets: [{ ...line, state: "notice", note }],
      problems: [{ kind: "mint", registry: "ghcr.io" }],
    });
  });

  test("is none where no namespace is to have it", () => {
    const nowhere = planned(plan(wanted, { namespaces: [] }), wanted);
    expect(reportPlan(nowhere)).toMatchObject({ outcome: "ok", problems: [] });
  });
});

describe("a cluster's status", () => {
  test("tells of each secret when it was made and until when it is good", () => {
    const status = statusOf(web);
    expect(status).toMatchObject({
      cluster: "prod-eu",
      owner: "123456789012/us-east-1/prod",
      outcome: "ok",
      at: "2026-11-21T12:00:00.000Z",
      namespaces: { known: 1, selected: 1 },
      problems: [],
      soonestExpiry: hoursAhead(11).toISOString(),
    });
    expect(status.secrets).toEqual([
      {
        namespace: "web",
        pullSecret: "ecr-pull",
        state: "current",
        expiresAt: hoursAhead(11).toISOString(),
        refreshedAt: hoursAgo(1).toISOString(),
        accounts: { linked: [], missing: [] },
        note: "",
      },
    ]);
  });

  test("names the accounts that are linked, and those that aren't yet", () => {
    const { secrets } = statusOf({
      ...web,
      serviceAccounts: [
        serviceAccount("web", ["other", "ecr-pull"]),
        serviceAccount("web", ["other"], "builder"),
        serviceAccount("elsewhere", ["ecr-pull"]),
      ],
    });
    expect(secrets.map(({ accounts }) => accounts)).toEqual([
      { linked: ["default"], missing: ["builder"] },
    ]);
  });

  test("keeps two pull secrets' accounts in one namespace apart", () => {
    const second = { ...desired, name: "other-pull" };
    const cluster = observed({
      namespaces: [namespace("web")],
      secrets: [ourSecret(desired, "web"), ourSecret(second, "web")],
      serviceAccounts: [serviceAccount("web", ["other-pull"])],
    });
    const both = planSweep([desired, second], cluster, { cluster: "prod-eu", owner, now });
    const { secrets } = reportStatus(planned(both));
    expect(secrets.map(({ pullSecret, accounts }) => [pullSecret, accounts])).toEqual([
      ["ecr-pull", { linked: [], missing: ["default"] }],
      ["other-pull", { linked: ["default"], missing: [] }],
    ]);
  });

  test("is fine while secrets are missing or due: the next sweep mends that", () => {
    const status = statusOf({
      namespaces: [namespace("web"), namespace("api")],
      secrets: [ourSecret(desired, "web", { ageHours: 7 })],
    });
    expect(status.outcome).toBe("ok");
    expect(status.secrets.map(({ namespace, state }) => [namespace, state])).toEqual([
      ["web", "due"],
      ["api", "missing"],
    ]);
  });

  test("is failed where a credential has expired", () => {
    const status = statusOf({ ...web, secrets: [ourSecret(desired, "web", { ageHours: 12 })] });
    expect(status).toMatchObject({ outcome: "failed", secrets: [{ state: "due" }] });
  });

  test("is failed where a secret isn't ours, and says what to do about it", () => {
    const status = statusOf({ ...web, secrets: [foreignSecret("ecr-pull", "web")] });
    expect(status).toMatchObject({
      outcome: "failed",
      secrets: [{ state: "problem", expiresAt: null, hint: expect.stringContaining("adopt") }],
    });
  });

  test("is failed where a list was refused: nothing is known of these secrets", () => {
    const refused = [{ namespace: undefined, error: new ClusterError("forbidden", "no") }];
    const cluster = {
      ...observed({ namespaces: [namespace("web")] }),
      secrets: new Map([["ecr-pull", { items: [], refused }]]),
    };
    const blind = planned(planSweep([desired], cluster, { cluster: "prod-eu", owner, now }));
    for (const report of [reportStatus(blind), reportPlan(blind)]) {
      expect(report).toMatchObject({
        outcome: "failed",
        problems: [{ kind: "forbidden", pullSecret: "ecr-pull", hint: expect.any(String) }],
      });
    }
  });

  test("says nothing that JSON would change", () => {
    const status = statusOf({ ...web, secrets: [foreignSecret("ecr-pull", "web")] });
    expect(JSON.parse(JSON.stringify(status))).toEqual(status);
  });
});
