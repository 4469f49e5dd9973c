/** Every verdict of a diagnosis that follows from answers, times and tags alone. */
import { describe, expect, test } from "vitest";
import type { Asked } from "../../../src/checks/asked.ts";
import { nextSteps } from "../../../src/checks/next-steps.ts";
import type { ReachedStep } from "../../../src/checks/ports.ts";
import { judgeAccepted } from "../../../src/checks/rules/judge-accepted.ts";
import { judgeClock } from "../../../src/checks/rules/judge-clock.ts";
import { judgeLife } from "../../../src/checks/rules/judge-life.ts";
import { judgeReach } from "../../../src/checks/rules/judge-reach.ts";
import {
  distinctRegistries,
  judgeRegistries,
  judgeWanted,
} from "../../../src/checks/rules/judge-registries.ts";
import { judgeRights } from "../../../src/checks/rules/judge-rights.ts";
import { judgeLastSweep, judgeSecrets } from "../../../src/checks/rules/judge-sweep.ts";
import { hasPolicies, judgeVersion } from "../../../src/checks/rules/judge-version.ts";
import type {
  ServiceAccountToken,
  StoredCredential,
} from "../../../src/clusters/stored-credential.ts";
import { ClusterError, type ClusterErrorKind, MintError } from "../../../src/errors.ts";
import type { PlanReport } from "../../../src/refresh/report/plan-report.ts";
import type { Proof } from "../../../src/rights/prove-rights.ts";
import { ecr, pullSecret } from "../refresh/builders.ts";

const now = new Date("2026-11-21T12:00:00Z");
const inHours = (hours: number) => new Date(now.getTime() + hours * 3_600_000);
const next = nextSteps("prod-eu", { stage: "prod" });
const broken = (kind: ClusterErrorKind, status?: number) => ({
  error: new ClusterError(kind, `it is ${kind}`, { status, hint: "do something" }),
});

describe("the way to the API server", () => {
  const step = (name: ReachedStep["step"], ok = true): ReachedStep => ({
    step: name,
    ok,
    message: `${name} said`,
    ...(!ok && { hint: `mend ${name}` }),
  });

  test.each([
    ["open", [step("dns"), step("tcp"), step("tls")], ["ok", "ok", "ok"]],
    ["without a name to look up", [step("tcp"), step("tls")], ["ok", "ok"]],
    ["without an address", [step("dns", false)], ["failed", "skipped", "skipped"]],
    ["closed", [step("dns"), step("tcp", false)], ["ok", "failed", "skipped"]],
    ["not trusted", [step("dns"), step("tcp"), step("tls", false)], ["ok", "ok", "failed"]],
  ])("that is %s is %j", (_, reached, results) => {
    expect(judgeReach({ answer: reached }).map(({ result }) => result)).toEqual(results);
  });

  test("says why it ends, what to do, and what waits for it", () => {
    expect(judgeReach({ answer: [step("dns"), step("tcp", false)] }).slice(1)).toEqual([
      {
        group: "network",
        check: "the API server takes connections",
        result: "failed",
        message: "tcp said",
        hint: "mend tcp",
      },
      {
        group: "network",
        check: "the API server's certificate is trusted",
        result: "skipped",
        message: "waits for: the API server takes connections",
      },
    ]);
  });

  test("that works as it shouldn't is a warning", () => {
    const doubtful = { ...step("tls"), doubtful: true, hint: "mend it" };
    const verdicts = judgeReach({ answer: [step("dns"), step("tcp"), doubtful] });
    expect(verdicts.map(({ result }) => result)).toEqual(["ok", "ok", "warning"]);
    expect(verdicts[2]).toMatchObject({ message: "tls said", hint: "mend it" });
  });

  test("that nobody had the time to walk is not known", () => {
    const verdicts = judgeReach(broken("aborted"));
    expect(verdicts.map(({ result }) => result)).toEqual(["failed", "skipped", "skipped"]);
    expect(verdicts[0]?.message).toBe("it is aborted");
  });
});

describe("the API server's version", () => {
  const version = (minor: number, major = 1) => ({
    answer: { gitVersion: `v${major}.${minor}.2`, major, minor },
  });

  test.each([
    ["v1.21.2", version(21), "failed", /no server-side apply/],
    ["v1.22.2", version(22), "warning", /no ValidatingAdmissionPolicy/],
    ["v1.29.2", version(29), "warning", /no ValidatingAdmissionPolicy/],
    ["v1.30.2", version(30), "ok", /^v1\.30\.2$/],
    ["v1.36.2", version(36), "ok", /^v1\.36\.2$/],
    ["v1.37.2", version(37), "ok", /newer than what this was tested with \(1\.36\)/],
    ["v2.0.2", version(0, 2), "warning", /made for Kubernetes 1/],
    ["kept from us", broken("forbidden", 403), "warning", /doesn't tell/],
    ["a page of a proxy", broken("malformed"), "failed", /it is malformed/],
    ["for those who are let in", broken("unauthorized", 401), "skipped", /accepts the credential/],
  ])("%s", (_, answer, result, message) => {
    const verdict = judgeVersion(answer, next);
    expect(verdict).toMatchObject({ result, message: expect.stringMatching(message) });
  });

  test.each([
    [version(29), false],
    [version(30), true],
    [version(0, 2), true],
    [broken("forbidden"), true],
  ])("decides whether a missing policy is excused: %j", (answer, expected) => {
    expect(hasPolicies(answer)).toBe(expected);
  });
});

describe("the API server's clock", () => {
  /** `aheadMs`: of ours, when the question was sent; it took a second and a half. */
  const reading = (aheadMs: number) => ({
    server: { answer: new Date(Math.floor((now.getTime() + aheadMs) / 1_000) * 1_000) },
    before: now,
    after: new Date(now.getTime() + 1_500),
  });

  test.each([
    [0, "ok"],
    [1_400, "ok"],
    [-30_900, "ok"],
    [31_000, "ok"],
    [33_000, "warning"],
    [-32_000, "warning"],
    [-300_000, "warning"],
    [303_000, "failed"],
    [-302_000, "failed"],
    [-86_400_000 * 365, "failed"],
  ])("that is %i ms ahead of ours is %s", (aheadMs, result) => {
    expect(judgeClock(reading(aheadMs)).result).toBe(result);
  });

  test.each([
    [90_000, "1 min ahead of ours"],
    [-90_000, "1 min behind ours"],
  ])("is told by how much, and in which direction: %i ms", (aheadMs, message) => {
    expect(judgeClock(reading(aheadMs)).message).toContain(message);
  });

  test("that isn't told is no failure", () => {
    const silent = { ...reading(0), server: { answer: undefined } };
    expect(judgeClock(silent)).toMatchObject({
      result: "skipped",
      message: "its answers carry no date",
    });
  });

  test.each([
    ["unauthorized", "waits for: the API server accepts the credential"],
    ["malformed", "waits for: the API server's version is supported"],
  ] as const)("waits where the answer is an error: %s", (kind, message) => {
    expect(judgeClock({ ...reading(0), server: broken(kind) })).toMatchObject({
      result: "skipped",
      message,
    });
  });
});

const accountToken: ServiceAccountToken = {
  kind: "service-account-token",
  namespace: "ecr-pull-secrets",
  name: "ecr-pull-secrets",
  issuedAt: inHours(-10),
  expiresAt: inHours(30),
  wantedLifetimeSeconds: undefined,
};

const inDays = (days: number) => inHours(days * 24);
const token = (days: number): StoredCredential => {
  return { kind: "token", issuedAt: undefined, expiresAt: inDays(days) };
};
const endless: StoredCredential = { kind: "token", issuedAt: undefined, expiresAt: undefined };
const certificate = (ageDays: number, leftDays: number): StoredCredential => {
  return { kind: "client-certificate", issuedAt: inDays(-ageDays), expiresAt: inDays(leftDays) };
};

describe("a credential", () => {
  test.each<[string, Asked<string | undefined>, string, RegExp | undefined]>([
    ["whose user is told", { answer: "jane" }, "ok", /^as jane$/],
    ["whose user isn't told", { answer: undefined }, "ok", undefined],
    ["whose user is odd", { answer: "\u001b[2Jjane" }, "ok", /^as "\\u001b\[2Jjane"$/],
    ["of nobody", { answer: "system:anonymous" }, "failed", /deleted or made anew/],
    ["that is refused", broken("unauthorized", 401), "failed", /deleted or made anew/],
    ["that can't be made", broken("unauthorized"), "failed", /it is unauthorized/],
    ["whose server breaks", broken("server", 500), "failed", /it is server/],
  ])("%s", (_, user, result, message) => {
    const verdict = judgeAccepted(user, accountToken, next);
    expect(verdict.result).toBe(result);
    expect(verdict.message ?? "").toMatch(message ?? /^$/);
  });

  test.each<[StoredCredential, RegExp]>([
    [accountToken, /register prod-eu --context <context> --renew --stage prod/],
    [endless, /--replace/],
    [certificate(300, 60), /--replace/],
    [{ kind: "eks" }, /^do something$/],
  ])("that is refused has a remedy of its kind: %j", (credential, hint) => {
    const verdict = judgeAccepted(broken("unauthorized", 401), credential, next);
    expect(verdict).toMatchObject({ result: "failed", hint: expect.stringMatching(hint) });
  });
});

describe("the life of a credential", () => {
  const life = { renewsItself: true, rotationFailingSince: undefined, now };

  test.each<[string, StoredCredential, object, string, RegExp]>([
    ["a ServiceAccount's token", accountToken, {}, "ok", /good for 30 h 0 min; renewed at half/],
    [
      "one that expired",
      { ...accountToken, expiresAt: inHours(-2) },
      {},
      "failed",
      /expired 2 h 0 min ago/,
    ],
    ["one that ends now", { ...accountToken, expiresAt: now }, {}, "failed", /expired/],
    [
      "one that no sweep renewed",
      { ...accountToken, expiresAt: inHours(3) },
      {},
      "failed",
      /should have been renewed/,
    ],
    ["one that may not renew itself", accountToken, { renewsItself: false }, "warning", /may not/],
    ["one of which that isn't known", accountToken, { renewsItself: undefined }, "ok", /renewed/],
    [
      "one that may not, in its last quarter",
      { ...accountToken, expiresAt: inHours(3) },
      { renewsItself: false },
      "failed",
      /may not ask for its next token/,
    ],
    [
      "one whose renewal fails",
      accountToken,
      { rotationFailingSince: inHours(-3) },
      "warning",
      /failed for 3 h/,
    ],
    [
      "one whose renewal fails in its last quarter",
      { ...accountToken, expiresAt: inHours(3) },
      { rotationFailingSince: inHours(-3) },
      "failed",
      /failed for 3 h/,
    ],
    [
      "one whose renewal fails since tomorrow, by a tag",
      accountToken,
      { rotationFailingSince: inHours(24) },
      "warning",
      /failed for 0\.0 s/,
    ],
    ["a token without an end", endless, {}, "ok", /names no end/],
    ["a token for a week, of unknown age", token(7), {}, "ok", /good for 7 d.*nothing renews it/],
    ["a token for six days", token(6), {}, "warning", /good for 6 d.*nothing renews it/],
    ["a token for two days", token(2), {}, "failed", /nothing renews it/],
    ["an expired one", token(-1), {}, "failed", /expired 24 h 0 min ago/],
    [
      "a token that begins after its end",
      { kind: "token", issuedAt: inDays(9), expiresAt: inDays(7) },
      {},
      "ok",
      /7 d/,
    ],
    ["a certificate for most of its year", certificate(200, 165), {}, "ok", /good for 165 d/],
    [
      "one for two of its months",
      certificate(305, 60),
      {},
      "warning",
      /a client certificate, good/,
    ],
    ["one for its last month", certificate(335, 30), {}, "failed", /nothing renews it/],
    ["an EKS role", { kind: "eks" }, {}, "ok", /signed anew/],
  ])("%s", (_, credential, more, result, message) => {
    const verdict = judgeLife({ ...life, credential, ...more }, next);
    expect(verdict).toMatchObject({ result, message: expect.stringMatching(message) });
    expect(verdict.hint === undefined).toBe(result === "ok");
  });
});

describe("rights", () => {
  const needed = (what: string, found: Proof["found"] = "allowed"): Proof => {
    return { what, expected: "allowed", found, ok: found === "allowed", needsPolicy: false };
  };
  const refusal = (what: string, more: Partial<Proof> = {}): Proof => {
    const { found = "refused" } = more;
    const ok = found === "refused";
    return { what, expected: "refused", found, ok, needsPolicy: false, ...more };
  };
  const all = [
    needed("list"),
    needed("patch"),
    refusal("watch"),
    refusal("lie", { needsPolicy: true }),
  ];
  const judge = (proofs: readonly Proof[], serverHasPolicies = true) =>
    judgeRights({ proofs, serverHasPolicies, remedy: next.register });

  test("that are as they should be are three lines", () => {
    expect(judge(all).map(({ result, message }) => `${result} ${message}`)).toEqual([
      "ok 2 of 2",
      "ok 1 of 1",
      "ok 1 of 1",
    ]);
  });

  test("that are missing are a line each, with the command that grants them", () => {
    const verdicts = judge([
      needed("list", "refused"),
      needed("patch", "refused"),
      ...all.slice(2),
    ]);
    expect(verdicts.slice(0, 2)).toEqual(
      ["list", "patch"].map((what) => ({
        group: "rights",
        check: "every needed right is there",
        result: "failed",
        message: `${what}: is refused`,
        hint: next.register,
      })),
    );
    expect(verdicts.slice(2).map(({ result }) => result)).toEqual(["ok", "skipped"]);
  });

  test("that are too many fail", () => {
    const verdicts = judge([refusal("watch", { found: "allowed" })]);
    expect(verdicts).toContainEqual(
      expect.objectContaining({ result: "failed", message: "watch: is allowed" }),
    );
  });

  test("of an administrator are one line, not sixty", () => {
    const every = Array.from({ length: 60 }, (_, at) =>
      refusal(`right ${at}`, { found: "allowed" }),
    );
    const [, verdict, ...others] = judge(every);
    expect(verdict?.message).toMatch(/^60 of 60 are allowed: right 0, .*right 7 and 52 more$/);
    expect(others).toHaveLength(1);
  });

  test("that only a policy refuses fail where it isn't in place", () => {
    const verdicts = judge([refusal("lie", { found: "allowed", needsPolicy: true })]);
    expect(verdicts.at(-1)).toMatchObject({
      check: "the admission policy is in place",
      result: "failed",
      message: "lie: is allowed",
      hint: next.register,
    });
  });

  test("that only a policy refuses wait where the server has none", () => {
    const verdicts = judge([refusal("lie", { found: "allowed", needsPolicy: true })], false);
    expect(verdicts.at(-1)).toMatchObject({
      check: "the admission policy is in place",
      result: "skipped",
      message: "waits for: the API server's version is supported",
    });
  });

  test("that RBAC refuses already show nothing of a policy", () => {
    const policed = refusal("lie", { needsPolicy: true });
    expect(judge([needed("create", "refused"), policed]).at(-1)).toMatchObject({
      check: "the admission policy is in place",
      result: "skipped",
      message: "waits for: every needed right is there",
    });
    const open = refusal("lie", { needsPolicy: true, found: "allowed" });
    expect(judge([needed("create", "refused"), open]).at(-1)?.result).toBe("failed");
  });

  test("of which none can be tried prove no policy", () => {
    expect(judge([needed("list")]).at(-1)).toMatchObject({
      result: "skipped",
      message: "there is no place in the cluster to try it",
    });
  });

  test("that an attempt can't show are a warning with what the server said", () => {
    const verdicts = judge([refusal("lie", { found: "unclear", ok: false, message: "409" })]);
    expect(verdicts[1]).toMatchObject({ result: "warning", message: "lie: 409" });
  });
});

describe("registries", () => {
  const twice = [
    pullSecret({ registries: [ecr(), ecr("eu-west-1")] }),
    pullSecret({ name: "other", registries: [ecr()] }),
  ];

  test("are asked once, however many secrets hold their token", () => {
    expect(distinctRegistries(twice).map(({ key }) => key)).toEqual([
      "123456789012.dkr.ecr.us-east-1",
      "123456789012.dkr.ecr.eu-west-1",
    ]);
  });

  test("that refuse are a line each, and the others are none", () => {
    const error = new MintError("denied", "AWS denied it", { hint: "allow it" });
    expect(
      judgeRegistries([
        { key: "a", error },
        { key: "b", error: undefined },
      ]),
    ).toEqual([
      {
        group: "registries",
        check: "every registry gives a token",
        result: "failed",
        message: "a: AWS denied it",
        hint: "allow it",
      },
    ]);
  });

  test("that nobody wants there are a warning", () => {
    expect(judgeWanted([], next)).toMatchObject({
      result: "warning",
      hint: expect.stringContaining("unregister prod-eu"),
    });
    expect(judgeWanted(twice, next)).toMatchObject({ result: "ok", message: "ecr-pull, other" });
    const many = Array.from({ length: 9 }, (_, at) => pullSecret({ name: `s${at}` }));
    expect(judgeWanted(many, next).message).toBe("s0, s1, s2, s3, s4, s5 and 3 more");
  });
});

describe("the last sweep", () => {
  test.each([
    ["went well", { expiresAt: inHours(8) }, "ok", /^first expiry in 8 h 0 min$/],
    ["fails", { expiresAt: inHours(5), failingSince: inHours(-2) }, "failed", /for 2 h.*in 5 h/],
    ["has never gone well", { failingSince: inHours(-2) }, "failed", /^every sweep has failed/],
    ["hasn't come yet", {}, "warning", /no sweep has written/],
    ["is overdue", { expiresAt: inHours(3) }, "warning", /no sweep has renewed it/],
    ["came too late", { expiresAt: inHours(-3) }, "failed", /expired 3 h 0 min ago/],
    ["fails since tomorrow, by a tag", { failingSince: inHours(24) }, "failed", /for 0\.0 s/],
  ])("%s", (_, state, result, message) => {
    const noted = { expiresAt: undefined, failingSince: undefined, ...state };
    const verdict = judgeLastSweep(noted, now, next);
    expect(verdict).toMatchObject({ result, message: expect.stringMatching(message) });
    expect(verdict.hint ?? "").toContain(result === "ok" ? "" : next.refresh);
  });
});

describe("the pull secrets", () => {
  const plan: PlanReport = {
    cluster: "prod-eu",
    owner: "123456789012/us-east-1/prod",
    outcome: "ok",
    at: now.toISOString(),
    namespaces: { known: 9, selected: 7 },
    changes: [],
    current: 7,
    problems: [],
    notices: [],
  };
  const change = {
    change: "create",
    namespace: "web",
    pullSecret: "ecr-pull",
    reason: "",
  } as const;
  const problem = {
    kind: "conflict",
    pullSecret: "ecr-pull",
    namespace: "web",
    message: "somebody's",
    hint: "adopt it",
  };

  test.each([
    ["are current", {}, "ok", "7 up to date, 7 of 9 namespaces selected", undefined],
    [
      "will be",
      { changes: [change, change] },
      "ok",
      "7 up to date, 7 of 9 namespaces selected, 2 changes due with the next sweep",
      undefined,
    ],
    ["have a problem", { problems: [problem] }, "failed", "somebody's in web", "adopt it"],
    [
      "have several",
      { problems: [problem, problem] },
      "failed",
      "2 problems, of which the first: somebody's in web",
      next.plan,
    ],
  ])("%s", (_, more, result, message, hint) => {
    const verdict = judgeSecrets({ answer: { ...plan, ...more } }, next);
    expect(verdict).toMatchObject({ result, message });
    expect(verdict.hint).toBe(hint);
  });

  test("that can't be listed fail", () => {
    expect(judgeSecrets(broken("timeout"), next)).toMatchObject({
      result: "failed",
      message: "it is timeout",
      hint: "do something",
    });
    expect(judgeSecrets(broken("forbidden", 403), next).hint).toBe(next.register);
  });
});
