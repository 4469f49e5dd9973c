import { describe, expect, test } from "vitest";
import { formatRoughTime } from "../../../src/cli/print/durations.ts";
import { printError } from "../../../src/cli/print/error.ts";
import { renderHint } from "../../../src/cli/print/hint.ts";
import { printJsonArray } from "../../../src/cli/print/json.ts";
import { lookAt } from "../../../src/cli/print/look.ts";
import { renderPlan, type ShownPlan } from "../../../src/cli/print/plan.ts";
import { renderBriefly, renderReport, type ShownReport } from "../../../src/cli/print/report.ts";
import { renderStatus } from "../../../src/cli/print/status.ts";
import { formatTable } from "../../../src/cli/print/table.ts";
import { renderVisits } from "../../../src/cli/print/visits.ts";
import { joinBlocks, wrap } from "../../../src/cli/print/wording.ts";
import { sweepAnswer } from "../../../src/cli/registered/answers.ts";
import type { Visit } from "../../../src/cli/registered/visit.ts";
import { AwsError } from "../../../src/errors.ts";
import { failedSweep } from "../../../src/refresh/refresh-cluster.ts";
import type { StatusLine, StatusReport } from "../../../src/refresh/report/status-report.ts";
import { noCredential } from "../../../src/refresh/rules/describe-reason.ts";
import { hoursAgo, hoursAhead, now, owner } from "../refresh/builders.ts";
import { captureRun } from "./captured-run.ts";

const look = lookAt(captureRun({ now }).run.context);
const longest = (text: string) => Math.max(...text.split("\n").map(({ length }) => length));

const line = (namespace: string, more: Partial<StatusLine> = {}): StatusLine => ({
  namespace,
  pullSecret: "ecr-pull",
  state: "current",
  expiresAt: hoursAhead(11.5).toISOString(),
  refreshedAt: hoursAgo(0.5).toISOString(),
  accounts: { linked: ["default"], missing: [] },
  note: "",
  ...more,
});
const none = { expiresAt: null, refreshedAt: null, accounts: { linked: [], missing: [] } };
const conflict = { ...none, state: "problem", kind: "conflict", note: "made by argocd" } as const;

const status = (
  secrets: readonly StatusLine[],
  more: Partial<StatusReport> = {},
): StatusReport => ({
  cluster: "prod-eu",
  owner: "123456789012/us-east-1/prod",
  outcome: "ok",
  at: now.toISOString(),
  namespaces: { known: 9, selected: 5 },
  secrets,
  problems: [],
  soonestExpiry: hoursAhead(11.5).toISOString(),
  ...more,
});

describe("a table", () => {
  const why = "123456789012.dkr.ecr.us-east-1 is at half of its life";
  const rows = (namespace: string) => [
    ["NAMESPACE", "RESULT", "WHY"],
    [namespace, "✔ renewed", why],
  ];

  test("is whole in a pipe, one line a row", () => {
    const piped = formatTable(rows("team-payments-settlement-eu"), look);
    expect(piped.split("\n").slice(1)).toEqual([
      `team-payments-settlement-eu   ✔ renewed   ${why}`,
    ]);
  });

  test.each([
    [
      "goes on below its last column",
      "team-payments",
      80,
      `team-payments   ✔ renewed   123456789012.dkr.ecr.us-east-1 is at half of its\n${" ".repeat(28)}life`,
    ],
    [
      "has prose below the row where its last column is too narrow",
      "team-payments-settlement-eu",
      70,
      `team-payments-settlement-eu   ✔ renewed\n    ${why}`,
    ],
    [
      "breaks also what is below the row",
      "team-payments-settlement-eu",
      50,
      "team-payments-settlement-eu   ✔ renewed\n    123456789012.dkr.ecr.us-east-1 is at half of\n    its life",
    ],
  ])("on a terminal %s", (_, namespace, rowColumns, expected) => {
    const [, ...lines] = formatTable(rows(namespace), { rowColumns }).split("\n");
    expect(lines.join("\n")).toBe(expected);
    expect(longest(lines.join("\n"))).toBeLessThanOrEqual(rowColumns);
  });
});

describe("a cluster's status", () => {
  test("says apart when the first AWS session ends", () => {
    const ends = { sessionsExpireAt: hoursAhead(0.5).toISOString() };
    expect(renderStatus(status([line("web")], ends), look).replace(/\s+/g, " ")).toContain(
      "first expiry in 11 h 30 min · first AWS session ends in 30 min",
    );
  });

  const mixed = status(
    [
      line("web"),
      line("api", { state: "due", note: "the config asks for other registries or hosts" }),
      line("shop", { ...none, state: "missing", note: "missing" }),
      line("late", { expiresAt: hoursAgo(1).toISOString(), state: "due", note: "has expired" }),
      line("b", { ...conflict, hint: "set `adopt: true`" }),
      line("a", { ...conflict, hint: "set `adopt: true`" }),
      line("team", { accounts: { linked: ["x", "y", "z", "q"], missing: ["w"] } }),
      line("old", { ...none, state: "notice", kind: "terminating", note: "being deleted" }),
    ],
    { outcome: "failed" },
  );
  const text = renderStatus(mixed, look);

  test("has trouble first: problems, expired, missing, due, and then the rest", () => {
    const namespaces = text
      .split("\n")
      .slice(1, 8)
      .map((row) => row.split(" ")[0]);
    expect(namespaces).toEqual(["a", "b", "late", "shop", "api", "team", "web"]);
  });

  test("says once what is wrong in many namespaces, and what to do", () => {
    expect(text).toContain(
      "✖ ecr-pull: conflict in 2 namespaces: b, a\n    made by argocd\n    → set `adopt: true`",
    );
    expect(text).toContain("! terminating in old\n    being deleted");
  });

  test("counts, and fits a line of 80 columns", () => {
    expect(text.split("\n\n").at(-1)).toBe(
      "✖ prod-eu: 2 secrets up to date, 2 due, 1 missing, 1 expired, 2 problems · 5\n  of 9 namespaces · first expiry in 11 h 30 min",
    );
    expect(longest(renderStatus(mixed, { ...look, rowColumns: 80 }))).toBeLessThanOrEqual(80);
  });

  test("names linked accounts, and those to link", () => {
    expect(text).toMatch(/^team +ecr-pull +in 11 h +30 min ago +x \+3 +to link: w$/m);
  });

  test("names what is to be restarted for a secret that is as it should be", () => {
    const waiting = line("web", { note: "to restart: deployment/docker-registry" });
    expect(renderStatus(status([waiting]), look)).toMatch(
      /^web +ecr-pull .* +to restart: deployment/m,
    );
  });

  test("of five hundred namespaces is whole in a pipe, and cut on a terminal", () => {
    const many = status(Array.from({ length: 500 }, (_, index) => line(`team-${index}`)));
    expect(renderStatus(many, look).split("\n")).toHaveLength(504);
    const seen = renderStatus(many, { ...look, maxRows: 40 });
    expect(seen).toContain("… and 460 more (--output json has all)");
  });

  test("says apart which logins nobody could ask for, and what couldn't be listed", () => {
    const problems = [
      { kind: "mint", pullSecret: "own", message: "ghcr.io: there is no such secret" },
      { kind: "forbidden", pullSecret: "ecr-pull", message: "secrets is forbidden" },
    ];
    expect(renderStatus(status([], { outcome: "failed", problems }), look)).toContain(
      "0 secrets up to date, 1 login unknown, 1 list refused",
    );
  });

  test("says where nothing could be seen", () => {
    const message = "secrets is forbidden";
    const problems = [{ kind: "forbidden", pullSecret: "ecr-pull", message, hint: "grant it" }];
    const blind = status([], { outcome: "failed", problems, soonestExpiry: null });
    expect(renderStatus(blind, look)).toBe(
      "✖ ecr-pull: forbidden\n    secrets is forbidden\n    → grant it\n\n✖ prod-eu: 0 secrets up to date, 1 list refused · 5 of 9 namespaces",
    );
  });
});

describe("visits to several clusters", () => {
  const report = (cluster: string, outcome: "ok" | "failed") => ({ cluster, outcome });
  const down = { kind: "unreachable", message: "connection refused", hint: "start it" };
  const visits: Visit<ReturnType<typeof report>>[] = [
    { kind: "answered", cluster: "fine", report: report("fine", "ok") },
    { kind: "failed", cluster: "factory", causes: [down] },
    { kind: "answered", cluster: "odd", report: report("odd", "failed") },
    { kind: "failed", cluster: "plant", causes: [down] },
  ];

  test("begin with those that failed, together where the reason is the same", () => {
    const text = renderVisits(visits, ({ cluster }, { prefix }) => `${cluster} (${prefix})`, look);
    expect(text).toBe(
      [
        "✖ factory, plant: connection refused",
        "    → start it",
        "",
        "odd (odd)",
        "fine (fine)",
        "✖ 4 clusters: 1 ok, 3 failed",
      ].join("\n"),
    );
  });

  test("need no sum where there is one", () => {
    expect(renderVisits(visits.slice(0, 1), ({ cluster }) => cluster, look)).toBe("fine");
  });
});

describe("a sweep's report", () => {
  const swept: ShownReport = {
    ...failedSweep(
      { cluster: "prod-eu", owner, desired: [] },
      { kind: "store", message: "no" },
      { now: () => now },
    ),
    outcome: "ok",
    failures: [],
  };
  const trouble = { message: "it can't be renewed", hint: "register --renew" };
  const expiresAt = hoursAhead(1).toISOString();

  test.each([
    ["nothing of a credential that isn't due", { expiresAt }, ""],
    [
      "that it was renewed",
      { expiresAt, rotation: "done" },
      "✔ the credential in the record was renewed, and expires in 1 h 0 min",
    ],
    [
      "what is wrong with it",
      { expiresAt, trouble },
      "! credential\n    it can't be renewed\n    → register --renew",
    ],
  ])("tells %s", (_, credential, expected) => {
    const text = renderReport({ ...swept, credential }, look);
    expect(text.split("\n").slice(0, -1).join("\n").trimEnd()).toBe(expected);
  });

  test("doesn't repeat what is among the failures", () => {
    const failures = [{ kind: "credential", ...trouble, namespaces: [] }];
    const text = renderReport({ ...swept, failures, credential: { expiresAt, trouble } }, look);
    expect(text.split("it can't be renewed")).toHaveLength(2);
  });

  test("is brief among others: what is as it was is only counted", () => {
    const secrets = [
      { namespace: "web", pullSecret: "p", result: "current", reason: "", expiresAt },
      { namespace: "api", pullSecret: "p", result: "renewed", reason: "due", expiresAt },
    ] as const;
    const text = renderBriefly({ ...swept, secrets }, { ...look, prefix: "prod-eu" });
    expect(text).toContain("prod-eu   api");
    expect(text).not.toContain("web");
  });

  test("marks a secret that was written without one of its registries", () => {
    const line = {
      namespace: "web",
      pullSecret: "p",
      result: "created",
      reason: "missing; without ghcr.io",
      without: ["ghcr.io"],
      expiresAt,
    } as const;
    expect(renderReport({ ...swept, secrets: [line] }, look)).toMatch(
      /^web +p +! created +in 1 h 0 min +missing; without ghcr\.io$/m,
    );
  });

  test("says which secret lost an entry, or was left to others, and repeats no failure", () => {
    const at = (namespace: string, reason: string) =>
      ({ namespace, pullSecret: "p", result: "failed", reason, expiresAt: null }) as const;
    const lapsed = "public.ecr.aws has expired and can't be renewed: its entry was removed";
    const secrets = [
      at("api", lapsed),
      at("web", lapsed),
      at("shop", noCredential),
      at("team", "down"),
    ];
    const failures = [{ kind: "unreachable", message: "down", namespaces: ["team"] }];
    const text = renderReport({ ...swept, outcome: "failed", secrets, failures }, look);
    expect(text).toContain(`! p in api, web\n    ${lapsed}`);
    expect(text.match(/^!/gm)).toHaveLength(1);
    expect(text).not.toContain(noCredential);
  });

  test("tells, once for each, what was unlinked, deleted and restarted, and where", () => {
    const unlinks = ["a", "b"].map((namespace) => {
      return { namespace, serviceAccount: "default", pullSecret: "p" };
    });
    const workload = { workload: "deployment/x", pullSecrets: ["p"], reason: "a new one" };
    const text = renderReport(
      {
        ...swept,
        unlinks,
        deletions: [{ namespace: "b", pullSecret: "p" }],
        restarts: [{ namespace: "a", ...workload }],
      },
      look,
    );
    expect(text).toContain(
      "✔ p unlinked from service account default in a, b\n✔ p deleted in b\n✔ deployment/x restarted in a: a new one\n",
    );
  });

  test.each([
    ["shop", "! restart-pending in shop"],
    ["*", "! restart-pending in no namespace"],
  ])("says where a workload is missed: %s", (namespace, title) => {
    const notice = {
      kind: "restart-pending",
      pullSecret: "ecr-pull",
      namespace,
      message: "deployment/docker-registry is missed",
    } as const;
    const text = renderReport({ ...swept, notices: [notice] }, look);
    expect(text.split("\n")).toContain(title);
  });

  test("of a later version may name failures that are new here", () => {
    const failures = [{ kind: "quota", message: "too many", namespaces: ["web"] }];
    const answer = sweepAnswer.parse(
      JSON.parse(JSON.stringify({ ...swept, outcome: "failed", failures })),
    );
    expect(renderReport(answer, look)).toContain("✖ quota in 1 namespace: web\n    too many");
  });
});

describe("an error that ends a command", () => {
  const message =
    "no answer to sts:GetCallerIdentity in us-east-1 within 5 s, nor to two further attempts";
  const hint = "look at the network, and at the proxy, then: ecr-pull-secrets list --stage prod-eu";
  const show = (stderr: { isTTY: boolean; columns?: number }) => {
    const { run, said } = captureRun();
    const terminal = { ...run.context.terminal, stderr: stderr as NodeJS.WriteStream };
    expect(printError(new AwsError("unreachable", message, { hint }), terminal)).toBe(1);
    return said.join("\n");
  };

  test("is whole in a log", () => {
    expect(show({ isTTY: false })).toBe(`✖ ${message}\n  → ${hint}`);
  });

  test.each([80, 0])("goes on below itself on a terminal of %i columns", (columns) => {
    expect(show({ isTTY: true, columns })).toBe(
      [
        "✖ no answer to sts:GetCallerIdentity in us-east-1 within 5 s, nor to two further",
        "  attempts",
        "  → look at the network, and at the proxy, then:",
        "    ecr-pull-secrets list --stage prod-eu",
      ].join("\n"),
    );
  });
});

test("a command at the end of a hint stands whole on its line, whosever it is", () => {
  const command = `kubectl rollout resume -n ${"n".repeat(60)} deployment/x`;
  expect(renderHint(`go on: ${command}`, "  ", look)).toBe(`  → go on:\n    ${command}`);
});

test("a plan's line that doesn't fit gives its reason a line of its own", () => {
  const change = { change: "link", pullSecret: "p", serviceAccount: "default" } as const;
  const plan = (reason: string): ShownPlan => ({
    cluster: "prod-eu",
    owner: "123456789012/us-east-1/prod",
    outcome: "ok",
    at: now.toISOString(),
    namespaces: { known: 1, selected: 1 },
    changes: [{ ...change, namespace: "web", reason }],
    current: 0,
    problems: [],
    notices: [],
  });
  const what = "  link p to service account default in 1 namespace";
  expect(renderPlan(plan("new"), look)).toContain(`${what} · new\n      web\n`);
  const long = "r".repeat(40);
  expect(renderPlan(plan(long), look)).toContain(`${what}\n    · ${long}\n      web\n`);
});

test.each([
  [hoursAhead(11.9), "in 11 h"],
  [hoursAhead(60), "in 2 d"],
  [hoursAhead(0.001), "in <1 min"],
  [hoursAgo(0.6), "36 min ago"],
  [now, "<1 min ago"],
  [null, "-"],
  [undefined, "-"],
])("a rough time of %s is %s", (time, expected) => {
  expect(formatRoughTime(time, now)).toBe(expected);
});

test("prose isn't broken between a number and its unit", () => {
  expect(wrap("first expiry in 11 h 59 min or so", 18)).toBe("first expiry in\n11 h 59 min or so");
});

test("blocks of a line each stay together", () => {
  expect(joinBlocks(["", "a", "b", "c\nd", "e", ""])).toBe("a\nb\n\nc\nd\n\ne");
});

test.each([[[]], [[{ a: 1 }]], [[{ a: 1 }, "x", null]]])(
  "JSON that is printed piece by piece is JSON: %j",
  (items) => {
    const { run, printed } = captureRun();
    printJsonArray(items, run.context.terminal);
    expect(JSON.parse(printed.join("\n"))).toEqual(items);
    expect(printed.join("\n")).toBe(JSON.stringify(items, null, 2));
  },
);
