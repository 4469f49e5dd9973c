import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import type { Failure } from "../../../src/refresh/report.ts";
import { SecretValue } from "../../../src/secret-value.ts";
import {
  createTelemetry,
  metricNames,
  metricsNamespace,
} from "../../../src/telemetry/telemetry.ts";
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
    const [line] = await told(({ swept }) =>
      swept(report({ outcome: "failed", failures, deletions })),
    );
    expect(line).toMatchObject({ failureCount: 300, failuresByKind: { conflict: 300 } });
    expect(line?.["failures"]).toHaveLength(20);
    expect(JSON.stringify(line).length).toBeLessThan(64 * 1024);
  });

  test.each([
    ["ok", 0],
    ["failed", 1],
  ] as const)("that is %s counts as %i failed", async (outcome, failed) => {
    const lines = await told(({ swept }) => swept(report({ outcome })));
    expect(lines.filter(isMetric)).toMatchObject([
      {
        service: "ecr-pull-secrets",
        stage: "dev",
        SweepFailed: failed,
        SweepMilliseconds: 321,
        SecretsWritten: 0,
      },
    ]);
  });

  test("is counted on its own, by a function that has made one before", async () => {
    const lines = await told(({ swept }) => {
      swept(report({ outcome: "failed" }));
      swept(report());
    });
    expect(lines.filter(isMetric).map((line) => line["SweepFailed"])).toEqual([1, 0]);
    expect(lines.filter(isMetric).map(dimensionsIn)).toEqual([
      [["service", "stage"]],
      [["service", "stage"]],
    ]);
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
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({ message: "sweep done", credential });
    expect(lines[1]).not.toHaveProperty("CredentialRotated");
    expect(lines[1]).not.toHaveProperty("CredentialRotationFailed");
  });

  test("that was renewed is a line and a count", async () => {
    const rotated = { ...credential, rotation: "done" } as const;
    const lines = await told(({ swept }) => swept(report({ credential: rotated })));
    expect(lines).toMatchObject([
      { message: "sweep done", credential: rotated },
      { level: "INFO", message: "credential rotated", cluster: "eu", expiresAt },
      { CredentialRotated: 1, SweepFailed: 0 },
    ]);
    expect(lines.at(-1)).not.toHaveProperty("CredentialRotationFailed");
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
      { CredentialRotationFailed: 1, SweepFailed: 0 },
    ]);
    expect(lines.at(-1)).not.toHaveProperty("CredentialRotated");
  });

  test("that nothing renews is a warning near its end, and no count", async () => {
    const ending = { ...credential, kind: "client-certificate", trouble } as const;
    const lines = await told(({ swept }) => swept(report({ credential: ending })));
    expect(lines[1]).toMatchObject({ level: "WARN", message: "credential near its end" });
    expect(lines.at(-1)).not.toHaveProperty("CredentialRotationFailed");
  });

  test.each(["overtaken", "postponed"] as const)("that is %s is no event", async (rotation) => {
    const lines = await told(({ swept }) =>
      swept(report({ credential: { ...credential, rotation } })),
    );
    expect(lines).toHaveLength(2);
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

test("a warning is a line", async () => {
  const lines = await told(({ warned }) => warned("not a cluster's record", { name: "x/y" }));
  expect(lines).toMatchObject([{ level: "WARN", message: "not a cluster's record", name: "x/y" }]);
});

describe("a dispatch", () => {
  test("tells how many there are, how many fail, and the hours until the soonest expiry", async () => {
    const soonestExpiry = new Date(now.getTime() + 5.5 * 3_600_000);
    const lines = await told(({ dispatched }) =>
      dispatched({ clusters: 7, failing: 2, soonestExpiry, tick: now }, now),
    );
    expect(lines).toMatchObject([
      {
        message: "dispatched",
        clusters: 7,
        failing: 2,
        soonestExpiry: soonestExpiry.toISOString(),
      },
      { Clusters: 7, ClustersFailing: 2, HoursToSoonestExpiry: 5.5 },
    ]);
  });

  test("tells negative hours for what has expired", async () => {
    const soonestExpiry = new Date(now.getTime() - 3_600_000);
    const lines = await told(({ dispatched }) =>
      dispatched({ clusters: 1, failing: 1, soonestExpiry, tick: now }, now),
    );
    expect(lines.at(-1)).toMatchObject({ HoursToSoonestExpiry: -1 });
  });

  test("tells no hours where nothing expires", async () => {
    const lines = await told(({ dispatched }) =>
      dispatched({ clusters: 0, failing: 0, soonestExpiry: undefined, tick: now }, now),
    );
    expect(lines.at(-1)).not.toHaveProperty("HoursToSoonestExpiry");
  });
});

describe("the alarm on failed sweeps", () => {
  const alarm = readAlarm("SweepFailedAlarm");

  test("looks at a metric that is written, by namespace, name and dimensions", async () => {
    const [metric] = (await told(({ swept }) => swept(report()))).filter(isMetric);
    const [directive] = emf.parse(metric)._aws.CloudWatchMetrics;
    expect(alarm.Namespace).toBe(directive?.Namespace);
    expect(alarm.MetricName).toBe(metricNames.sweepFailed);
    expect(directive?.Metrics).toContainEqual({ Name: alarm.MetricName, Unit: "Count" });
    const dimensions = alarm.Dimensions.map(({ Name }) => Name);
    expect(directive?.Dimensions.map((each) => each.toSorted())).toEqual([dimensions.toSorted()]);
  });

  test("looks at the values that a stage's functions write", async () => {
    const [metric] = (await told(({ swept }) => swept(report()))).filter(isMetric);
    for (const { Name, Value } of alarm.Dimensions) {
      expect(metric?.[Name]).toBe(Value.replace(/\$\{sls:stage\}/, "dev"));
    }
  });

  test("rings for a single failed sweep, and tells somebody", () => {
    expect(alarm).toMatchObject({
      Namespace: metricsNamespace,
      Statistic: "Sum",
      Threshold: 1,
      ComparisonOperator: "GreaterThanOrEqualToThreshold",
    });
    expect(alarm.AlarmActions).toHaveLength(1);
  });
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

async function told(run: (telemetry: ReturnType<typeof createTelemetry>) => void) {
  return linesOf(() => run(createTelemetry("dev")));
}

const counts: CostedReport["counts"] = {
  current: 0,
  created: 0,
  renewed: 0,
  adopted: 0,
  restored: 0,
  linked: 0,
  deleted: 0,
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
    deletions: [],
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

function dimensionsIn(line: Line) {
  return emf.parse(line)._aws.CloudWatchMetrics[0]?.Dimensions;
}

function readAlarm(name: string) {
  const file = resolve(import.meta.dirname, "../../../src/deploy/resources.yml");
  // Tags are CloudFormation's own functions.
  const template = parse(readFileSync(file, "utf8"), { logLevel: "silent" });
  const alarm = z.object({
    Namespace: z.string(),
    MetricName: z.string(),
    Dimensions: z.array(z.object({ Name: z.string(), Value: z.string() })),
    Statistic: z.string(),
    Threshold: z.number(),
    ComparisonOperator: z.string(),
    AlarmActions: z.array(z.unknown()),
  });
  return alarm.parse(template.Resources[name].Properties);
}
