import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Fleet } from "../../../src/dispatch/fleet.ts";
import { NotificationError } from "../../../src/notifications/notice.ts";
import type { Failure } from "../../../src/refresh/report/report.ts";
import { SecretValue } from "../../../src/secret-value.ts";
import { logLines } from "../../../src/telemetry/log-messages.ts";
import { createTelemetry } from "../../../src/telemetry/telemetry.ts";
import type { CostedReport } from "../../../src/worker/sweep-registered.ts";
import { type Line, linesOf } from "./captured-output.ts";

const now = new Date("2026-11-21T12:00:00Z");
const isMetric = (line: Line) => "_aws" in line;

describe("a sweep", () => {
  test("is one line that tells everything", async () => {
    const lines = await told(({ begin, swept }) => {
      begin("request-7");
      swept(report({ counts: { ...counts, created: 2, renewed: 1, current: 5 } }));
    });
    expect(lines.filter((line) => !isMetric(line))).toEqual([
      expect.objectContaining({
        level: "INFO",
        message: "sweep done",
        service: "ecr-pull-secrets",
        stage: "dev",
        requestId: "request-7",
        cluster: "eu",
        outcome: "ok",
        due: 3,
        written: 3,
        counts: expect.objectContaining({ created: 2, renewed: 1, current: 5, failed: 0 }),
        failuresByKind: {},
        failureCount: 0,
        failures: [],
        soonestExpiry: "2026-11-22T00:00:00.000Z",
        durationMs: 321,
        cost: { requests: 12, retries: 1, connections: 1, ecrCalls: 1 },
      }),
    ]);
  });

  test("that failed is an error that names cause, place and remedy", async () => {
    const [line] = await told(({ swept }) =>
      swept(report({ outcome: "failed", failures: [failure({ namespaces: ["a", "b"] })] })),
    );
    expect(line).toMatchObject({
      level: "ERROR",
      message: "sweep failed",
      cluster: "eu",
      failuresByKind: { forbidden: 1 },
      failureCount: 1,
      failures: [
        {
          kind: "forbidden",
          message: "no",
          hint: "ask",
          namespaces: ["a", "b"],
          namespaceCount: 2,
        },
      ],
    });
  });

  test("with no end of failures is still a line that a log takes", async () => {
    const namespaces = Array.from({ length: 500 }, (_, index) => `${"n".repeat(55)}-${index}`);
    const failures = Array.from({ length: 300 }, () => failure({ kind: "conflict", namespaces }));
    const deletions = namespaces.map((namespace) => ({ namespace, pullSecret: "ecr-pull" }));
    const restarts = namespaces.map((namespace) => {
      return { namespace, workload: "deployment/a", pullSecrets: ["ecr-pull"], reason: "due" };
    });
    const unlinks = deletions.map((each) => ({ ...each, serviceAccount: "default" }));
    const [line] = await told(({ swept }) =>
      swept(report({ outcome: "failed", failures, deletions, restarts, unlinks })),
    );
    expect(line).toMatchObject({ failureCount: 300, failuresByKind: { conflict: 300 } });
    expect(line?.["failures"]).toHaveLength(20);
    expect(JSON.stringify(line).length).toBeLessThan(64 * 1024);
  });

  test("that is well is no metric", async () => {
    const lines = await told(({ swept }) => swept(report()));
    expect(lines.filter(isMetric)).toEqual([]);
  });

  test("that failed is a metric of its stage, with the cluster beside it", async () => {
    const lines = await told(({ swept }) => {
      swept(report({ outcome: "failed" }));
      swept(report({ cluster: "us", outcome: "failed" }));
    });
    expect(lines.filter(isMetric)).toMatchObject([
      { service: "ecr-pull-secrets", stage: "dev", cluster: "eu", SweepFailed: 1 },
      { service: "ecr-pull-secrets", stage: "dev", cluster: "us", SweepFailed: 1 },
    ]);
    expect(lines.filter(isMetric).map(directiveIn)).toEqual([
      ["ecr-pull-secrets", [["service", "stage"]], ["SweepFailed"]],
      ["ecr-pull-secrets", [["service", "stage"]], ["SweepFailed"]],
    ]);
  });
});

describe("where the config wants series for each cluster, a sweep", () => {
  const options = { perCluster: true };
  const fourHoursOn = new Date(now.getTime() + 4 * 3_600_000);

  test("that is well tells that, and the hours that are left", async () => {
    const lines = await told(({ swept }) => swept(report(), fourHoursOn), options);
    const metrics = lines.filter(isMetric);
    expect(metrics).toMatchObject([
      { stage: "dev", cluster: "eu", ClusterSweepFailed: 0, ClusterHoursToExpiry: 4 },
    ]);
    expect(metrics.map(directiveIn)).toEqual([
      [
        "ecr-pull-secrets",
        [["cluster", "service", "stage"]],
        ["ClusterHoursToExpiry", "ClusterSweepFailed"],
      ],
    ]);
  });

  test("that failed counts for its stage without that dimension, also by the next one", async () => {
    const lines = await told(({ swept }) => {
      swept(report({ outcome: "failed" }), fourHoursOn);
      swept(report({ cluster: "us", outcome: "failed" }), undefined);
    }, options);
    const withCluster = ["cluster", "service", "stage"];
    const both = ["ClusterHoursToExpiry", "ClusterSweepFailed"];
    expect(lines.filter(isMetric).map(directiveIn)).toEqual([
      ["ecr-pull-secrets", [["service", "stage"]], ["SweepFailed"]],
      ["ecr-pull-secrets", [withCluster], both],
      ["ecr-pull-secrets", [["service", "stage"]], ["SweepFailed"]],
      ["ecr-pull-secrets", [withCluster], ["ClusterSweepFailed"]],
    ]);
    expect(lines.filter(isMetric).map(({ cluster }) => cluster)).toEqual(["eu", "eu", "us", "us"]);
  });
});

describe("a cluster's credential", () => {
  const credential = {
    kind: "service-account-token",
    issuedAt: "2026-11-20T12:00:00.000Z",
    expiresAt: "2026-12-20T12:00:00.000Z",
  } as const;
  const trouble = { message: "it couldn't be renewed", hint: "register it" };
  const { expiresAt } = credential;

  test("is in the sweep's line, and else not spoken of", async () => {
    const lines = await told(({ swept }) => swept(report({ credential })));
    expect(lines).toMatchObject([{ message: "sweep done", credential }]);
  });

  test("that was renewed is a line", async () => {
    const rotated = { ...credential, rotation: "done" } as const;
    const lines = await told(({ swept }) => swept(report({ credential: rotated })));
    expect(lines).toMatchObject([
      { message: "sweep done", credential: rotated },
      { level: "INFO", message: "credential rotated", cluster: "eu", expiresAt },
    ]);
  });

  test("that couldn't be renewed is a warning with cause and remedy, and a count", async () => {
    const failed = { ...credential, rotation: "failed", trouble } as const;
    const lines = await told(({ swept }) => swept(report({ credential: failed })));
    expect(lines).toMatchObject([
      { level: "INFO", message: "sweep done" },
      {
        level: "WARN",
        message: "credential rotation failed",
        cluster: "eu",
        expiresAt,
        reason: trouble.message,
        hint: trouble.hint,
      },
      { cluster: "eu", CredentialRotationFailed: 1 },
    ]);
    expect(lines.at(-1)).not.toHaveProperty("SweepFailed");
  });

  test("that nothing renews is a warning near its end, and no count", async () => {
    const ending = { ...credential, kind: "client-certificate", trouble } as const;
    const lines = await told(({ swept }) => swept(report({ credential: ending })));
    expect(lines).toMatchObject([
      { message: "sweep done" },
      { level: "WARN", message: "credential near its end" },
    ]);
  });

  test.each(["overtaken", "postponed"] as const)("that is %s is no event", async (rotation) => {
    const lines = await told(({ swept }) =>
      swept(report({ credential: { ...credential, rotation } })),
    );
    expect(lines).toMatchObject([{ message: "sweep done" }]);
  });
});

test("each line has the request of its own invocation", async () => {
  const lines = await told(({ begin, skipped }) => {
    begin("request-1");
    skipped("eu", "superseded");
    begin("request-2");
    skipped("us", "unregistered");
  });
  expect(lines).toMatchObject([
    { message: "sweep superseded", cluster: "eu", requestId: "request-1" },
    { message: "sweep unregistered", cluster: "us", requestId: "request-2" },
  ]);
});

test("that the topic couldn't be told is a warning with cause and remedy", async () => {
  const hint = "allow sns:Publish";
  const error = new NotificationError("denied", "AWS denied it", { hint });
  const lines = await told(({ notTold }) => notTold("eu", "recovered", error));
  expect(lines).toMatchObject([
    { level: "WARN", cluster: "eu", change: "recovered", reason: "AWS denied it", hint },
  ]);
});

test("a warning is a line", async () => {
  const lines = await told(({ warned }) => warned("not a cluster's record", { name: "x/y" }));
  expect(lines).toMatchObject([{ level: "WARN", message: "not a cluster's record", name: "x/y" }]);
});

describe("a look at all clusters", () => {
  const fleet: Fleet = {
    clusters: 7,
    failing: 2,
    failingLong: 1,
    untold: 1,
    soonestExpiry: new Date(now.getTime() + 5.5 * 3_600_000),
    soonestSessionExpiry: undefined,
    credentialLifeLeft: 40,
  };

  test("is a line, and the metrics of the stage", async () => {
    const lines = await told(({ seen }) => seen(fleet));
    const { soonestExpiry } = fleet;
    expect(lines).toMatchObject([
      {
        message: "fleet seen",
        clusters: 7,
        failing: 2,
        failingLong: 1,
        untold: 1,
        soonestExpiry: soonestExpiry?.toISOString(),
        credentialLifeLeft: 40,
      },
      {
        stage: "dev",
        Clusters: 7,
        ClustersFailing: 2,
        ClustersFailingLong: 1,
        ClustersUntold: 1,
        HoursToSoonestExpiry: 5.5,
        CredentialLifeLeft: 40,
      },
    ]);
    expect(lines[1]).not.toHaveProperty("Dispatched");
    expect(directiveIn(lines[1])?.[1]).toEqual([["service", "stage"]]);
  });

  test("tells negative hours for what has expired", async () => {
    const soonestExpiry = new Date(now.getTime() - 3_600_000);
    const lines = await told(({ seen }) => seen({ ...fleet, soonestExpiry }));
    expect(lines.at(-1)).toMatchObject({ HoursToSoonestExpiry: -1 });
  });

  test("has no holes where nothing expires: a whole life is left", async () => {
    const nothing = { soonestExpiry: undefined, credentialLifeLeft: undefined };
    const lines = await told(({ seen }) => seen({ ...fleet, ...nothing }));
    expect(lines.at(-1)).toMatchObject({ HoursToSoonestExpiry: 12, CredentialLifeLeft: 100 });
  });

  test.each([
    ["the minutes to the first", 22.5, 22.5],
    ["negative ones of one that is over", -5, -5],
    ["a whole life where there are none", undefined, 60],
  ])("says of AWS sessions, where the stage keeps some, %s", async (_, minutes, said) => {
    const soonestSessionExpiry =
      minutes === undefined ? undefined : new Date(now.getTime() + minutes * 60_000);
    const lines = await told(({ seen }) => seen({ ...fleet, soonestSessionExpiry }), {
      sessions: true,
    });
    expect(lines.at(-1)).toMatchObject({ MinutesToSoonestSessionExpiry: said });
  });

  test("has no series of AWS sessions where the stage keeps none", async () => {
    const lines = await told(({ seen }) => seen(fleet));
    expect(lines.at(-1)).not.toHaveProperty("MinutesToSoonestSessionExpiry");
  });
});

describe("a dispatch", () => {
  test("by the schedule is a line and a sign of life", async () => {
    const lines = await told(({ dispatched }) =>
      dispatched({ clusters: 7, local: 2, by: "schedule", tick: now }),
    );
    expect(lines).toMatchObject([
      { message: "dispatched", clusters: 7, local: 2, by: "schedule", tick: now.toISOString() },
      { stage: "dev", Dispatched: 7 },
    ]);
  });

  test("of no clusters is a sign of life as well", async () => {
    const lines = await told(({ dispatched }) =>
      dispatched({ clusters: 0, local: 0, by: "schedule", tick: now }),
    );
    expect(lines.at(-1)).toMatchObject({ Dispatched: 0 });
  });

  test("by somebody who named clusters is a line, and no sign of the schedule's life", async () => {
    const lines = await told(({ dispatched }) =>
      dispatched({ clusters: 1, local: 0, by: "call", tick: now }),
    );
    expect(lines).toMatchObject([{ message: "dispatched", clusters: 1, by: "call" }]);
  });
});

test("every line that queries rely on has the fields that they read", async () => {
  const credential = {
    kind: "service-account-token",
    issuedAt: now.toISOString(),
    expiresAt: now.toISOString(),
  } as const;
  const trouble = { message: "it couldn't be renewed", hint: "register it" };
  const fleet = { clusters: 0, failing: 0, failingLong: 0, untold: 0 };
  const ends = {
    soonestExpiry: undefined,
    soonestSessionExpiry: undefined,
    credentialLifeLeft: undefined,
  };
  const lines = await told((telemetry) => {
    telemetry.begin("request-7");
    telemetry.swept(report({ credential: { ...credential, rotation: "done" } }));
    telemetry.swept(report({ credential: { ...credential, trouble } }));
    telemetry.swept(
      report({
        outcome: "failed",
        failures: [failure()],
        credential: { ...credential, rotation: "failed", trouble },
      }),
    );
    telemetry.skipped("eu", "superseded");
    telemetry.skipped("eu", "unregistered");
    telemetry.skipped("eu", "local");
    telemetry.seen({ ...fleet, ...ends });
    telemetry.dispatched({ clusters: 0, local: 0, by: "schedule", tick: now });
    telemetry.told("eu", "failing");
    telemetry.notTold("eu", "failing", new NotificationError("denied", "AWS denied it"));
  });
  const everywhere = ["level", "service", "stage", "requestId", "timestamp"];
  for (const { message, fields } of Object.values(logLines)) {
    const line = lines.find((each) => each["message"] === message);
    const missing = [...everywhere, ...fields].filter((path) => fieldAt(line, path) === undefined);
    expect([message, missing]).toEqual([message, []]);
  }
});

test("of a failed sweep, a query finds what is counted before the failures themselves", async () => {
  const failures = Array.from({ length: 20 }, () => failure({ namespaces: ["a"] }));
  const [line] = await told(({ swept }) => swept(report({ outcome: "failed", failures })));
  expect(Object.keys(line ?? {}).at(-1)).toBe("failures");
});

describe("no line shows", () => {
  const canary = "c4n4ry";

  test("a wrapped secret, wherever it strayed to", async () => {
    const stray = { ...report(), token: new SecretValue(canary), deep: [new SecretValue(canary)] };
    const lines = await told(({ swept }) => swept(stray));
    expect(lines[0]).toMatchObject({ token: "[redacted]", deep: ["[redacted]"] });
    expect(JSON.stringify(lines)).not.toContain(canary);
  });

  test.each([
    ["a ServiceAccount's token", `eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ${canary}.${canary}-sig`],
    ["a token for EKS", `k8s-aws-v1.aHR0cHM6Ly9zdHM${canary}`],
    ["an authorization header", `authorization: Bearer ${canary}-token`],
    ["a basic login", `Basic QVdTOm${canary}`],
    ["a private key", `-----BEGIN EC PRIVATE KEY-----\n${canary}\n-----END EC PRIVATE KEY-----`],
    ["a registry's password", `${"QUJD".repeat(40)}${canary}${"YWJj".repeat(300)}`],
  ])("%s that strayed into a message, a hint or a warning", async (_, secret) => {
    const text = `the server said: ${secret}`;
    const lines = await told(({ swept, warned }) => {
      swept(report({ outcome: "failed", failures: [failure({ message: text, hint: text })] }));
      warned(text, { reason: text });
    });
    expect(JSON.stringify(lines)).not.toContain(canary);
    expect(lines[0]).toMatchObject({
      failures: [{ message: expect.stringMatching(/^the server said: .*\[redacted\]/) }],
    });
  });

  test("less than a person needs: names, paths and digests stay", async () => {
    const kept = [
      `apply secret ${"n".repeat(63)}/ecr-pull`,
      `https://api.example:6443/api/v1/namespaces/${"n".repeat(63)}/secrets/${"s".repeat(63)}`,
      "arn:aws:sts::123456789012:assumed-role/ecr-pull-secrets-dev-refresh-us-east-1/session",
      "a".repeat(64),
      "x".repeat(100),
    ];
    const [line] = await told(({ warned }) => warned("kept", { text: kept.join(" ") }));
    expect(line?.["text"]).toBe(kept.join(" "));
  });
});

async function told(
  run: (telemetry: ReturnType<typeof createTelemetry>) => void,
  { perCluster = false, sessions = false } = {},
) {
  const options = { stage: "dev", perCluster, sessions, now: () => now };
  return linesOf(() => run(createTelemetry(options)));
}

/** As Logs Insights finds it: `failures.0.kind`. */
function fieldAt(line: Line | undefined, path: string): unknown {
  const record = z.record(z.string(), z.unknown()).or(z.array(z.unknown()).transform(Object));
  return path.split(".").reduce<unknown>((found, key) => record.safeParse(found).data?.[key], line);
}

const counts: CostedReport["counts"] = {
  current: 0,
  created: 0,
  renewed: 0,
  adopted: 0,
  restored: 0,
  linked: 0,
  unlinked: 0,
  deleted: 0,
  restarted: 0,
  failed: 0,
  minted: 0,
};

function report(more: Partial<CostedReport> = {}): CostedReport {
  return {
    cluster: "eu",
    owner: "123456789012/us-east-1/dev",
    outcome: "ok",
    startedAt: now.toISOString(),
    durationMs: 321,
    namespaces: { known: 9, selected: 8 },
    counts,
    soonestExpiry: "2026-11-22T00:00:00.000Z",
    secrets: Array.from({ length: 8 }, (_, index) => ({
      namespace: `team-${index}`,
      pullSecret: "ecr-pull",
      result: "current",
      reason: "up to date",
      expiresAt: null,
    })),
    links: [],
    unlinks: [],
    deletions: [],
    restarts: [],
    failures: [],
    notices: [],
    cost: { requests: 12, retries: 1, connections: 1, ecrCalls: 1 },
    ...more,
  };
}

function failure(more: Partial<Failure> = {}): Failure {
  return {
    kind: "forbidden",
    message: "no",
    hint: "ask",
    pullSecret: "ecr-pull",
    registry: undefined,
    namespaces: [],
    ...more,
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
const emf = z.object({
  _aws: z.object({
    Timestamp: z.number().int(),
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string(), Unit: z.string() })),
      }),
    ),
  }),
});

/** Namespace, dimension sets and names of what one line measures. */
function directiveIn(line: Line | undefined) {
  const directives = emf.parse(line)._aws.CloudWatchMetrics;
  expect(directives).toHaveLength(1);
  return directives.map(({ Namespace, Dimensions, Metrics }) => [
    Namespace,
    Dimensions.map((each) => each.toSorted()),
    Metrics.map(({ Name }) => Name).toSorted(),
  ])[0];
}
