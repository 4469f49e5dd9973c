import { describe, expect, test } from "vitest";
import { planAnswer, statusAnswer, sweepAnswer } from "../../../src/cli/registered/answers.ts";
import { readAnswer } from "../../../src/cli/registered/read-answer.ts";
import { failedSweep, type PlannedSweep } from "../../../src/refresh/refresh-cluster.ts";
import { reportPlan } from "../../../src/refresh/report/plan-report.ts";
import { reportStatus } from "../../../src/refresh/report/status-report.ts";
import {
  foreignSecret,
  namespace,
  now,
  ourSecret,
  owner,
  plan,
  pullSecret,
  serviceAccount,
  workload,
} from "../refresh/builders.ts";

const desired = pullSecret({
  serviceAccounts: ["default"],
  restart: [{ kind: "deployment", name: "docker-registry" }],
});
const toUnlink = ourSecret(desired, "web", { serviceAccounts: ["default", "builder"] });
const planned: PlannedSweep = {
  cluster: "prod-eu",
  owner,
  desired: [desired],
  plan: plan(desired, {
    namespaces: [
      namespace("web"),
      namespace("api"),
      namespace("shop"),
      namespace("old", { terminating: true }),
    ],
    secrets: [toUnlink, foreignSecret("ecr-pull", "shop")],
    serviceAccounts: [serviceAccount("web")],
    droppedAccounts: [serviceAccount("web", ["ecr-pull"], "builder")],
    workloads: [workload("web")],
  }),
  startedAt: now,
  planMs: 3,
};
const cause = { kind: "unreachable", message: "connection refused", hint: "start it" } as const;
const failed = failedSweep(planned, cause, { now: () => now });

const update = "deploy again";
const overTheWire = (answer: unknown) => JSON.parse(JSON.stringify(answer));
const readStatus = (answer: unknown) =>
  readAnswer(answer, { cluster: "prod-eu", schema: statusAnswer, update });

describe("an answer of this version", () => {
  test.each([
    ["status", statusAnswer, overTheWire(reportStatus(planned))],
    ["plan", planAnswer, overTheWire(reportPlan(planned))],
    ["sweep", sweepAnswer, overTheWire(failed)],
  ])("to %s is taken as it is", (_, schema, answer) => {
    const visit = readAnswer<{ readonly cluster: string }>(answer, {
      cluster: "prod-eu",
      schema,
      update,
    });
    expect(visit).toMatchObject({ kind: "answered", cluster: "prod-eu" });
    expect("report" in visit && visit.report).toEqual(withoutSeverity(answer));
  });

  test("of a sweep that rolls nothing yet is one of an older version", () => {
    const { restarts: _, unlinks: __, counts, ...older } = overTheWire(failed);
    const { restarted: ___, unlinked: ____, ...olderCounts } = counts;
    const answer = sweepAnswer.parse({ ...older, counts: olderCounts });
    expect(answer).toMatchObject({ restarts: [], unlinks: [], counts });
  });

  test("that the cluster isn't registered is no failure of the function", () => {
    expect(readStatus({ cluster: "prod-eu", outcome: "unregistered" })).toEqual({
      kind: "unregistered",
      cluster: "prod-eu",
      causes: [],
    });
  });

  test("that the cluster couldn't be looked at tells why", () => {
    expect(readStatus(overTheWire(failed))).toEqual({
      kind: "failed",
      cluster: "prod-eu",
      causes: [cause],
    });
  });

  test("may say more than this program knows", () => {
    const answer = { ...overTheWire(reportStatus(planned)), since: { a: "later version" } };
    expect(readStatus(answer)).toMatchObject({ kind: "answered" });
  });
});

describe("an answer that this program doesn't know", () => {
  const status = overTheWire(reportStatus(planned));

  test.each([
    ["nothing", null, "all of it"],
    ["a page", "<html>", "all of it"],
    ["a batch's outcome", { batchItemFailures: [] }, "cluster, owner, outcome"],
    ["another version's", { ...status, secrets: undefined }, "secrets"],
    ["a time that is none", { ...status, at: "yesterday" }, "at"],
    ["a state that is none", { ...status, secrets: [{}] }, "secrets.0.namespace"],
    ["about another cluster", { ...status, cluster: "prod-us" }, "cluster"],
    ["a failure without a cause", { ...failed, failures: [], secrets: undefined }, "at"],
    ["a text without an end", { ...status, owner: "x".repeat(10_001) }, "owner"],
  ])("is refused by naming what is wrong: %s", (_, answer, field) => {
    const visit = readStatus(answer);
    expect(visit).toMatchObject({
      kind: "failed",
      causes: [{ kind: "malformed", message: expect.stringContaining(field), hint: update }],
    });
    expect(JSON.stringify(visit)).not.toMatch(/html|yesterday|xxx|prod-us/);
  });
});

test("what an answer says can't move the cursor of a terminal", () => {
  const hostile = "\u001b[2J\u009b1m\u202egood\nnews\u0000";
  const [first, ...rest] = reportStatus(planned).secrets;
  const answer = overTheWire({
    ...reportStatus(planned),
    secrets: [{ ...first, note: hostile }, ...rest],
  });
  const visit = readStatus(answer);
  expect(visit.kind === "answered" && visit.report.secrets[0]?.note).toBe(" [2J 1m good news ");
});

/** Only the sweep itself needs it. */
function withoutSeverity(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer), (key, value) =>
    key === "severity" ? undefined : value,
  );
}
