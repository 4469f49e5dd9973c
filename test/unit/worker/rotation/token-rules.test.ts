import { describe, expect, test } from "vitest";
import type {
  ServiceAccountToken,
  StoredCredential,
} from "../../../../src/clusters/stored-credential.ts";
import {
  acceptGranted,
  GrantError,
  isDue,
  secondsToAsk,
} from "../../../../src/worker/rotation/token-rules.ts";
import { dayMs, hourMs, minuteMs } from "./rotation-scene.ts";

const issuedAt = new Date("2026-11-21T12:00:00Z");
const sinceIssue = (ms: number) => new Date(issuedAt.getTime() + ms);
const tenMinutes = 10 * minuteMs;

function token(lifeMs: number, wantedLifetimeSeconds?: number): ServiceAccountToken {
  return {
    kind: "service-account-token",
    namespace: "ecr-pull-secrets",
    name: "worker",
    issuedAt,
    expiresAt: sinceIssue(lifeMs),
    wantedLifetimeSeconds,
  };
}

describe("a token is due", () => {
  test.each([
    ["at no time before 45 % of its life", 0.449, false],
    ["at half of it", 0.5, true],
    ["near its end", 0.99, true],
    ["after it", 1.2, true],
    ["not before it began, by a clock that differs", -0.1, false],
  ])("%s", (_, share, due) => {
    const now = sinceIssue(share * 30 * dayMs);
    expect(isDue(token(30 * dayMs), { cluster: "eu", now })).toBe(due);
  });

  test("at another moment in each of many clusters", () => {
    const dueAt = (share: number) =>
      Array.from({ length: 1_000 }, (_, index) => `cluster-${index}`).filter((cluster) =>
        isDue(token(30 * dayMs), { cluster, now: sinceIssue(share * 30 * dayMs) }),
      ).length;
    expect(dueAt(0.475)).toBeGreaterThan(400);
    expect(dueAt(0.475)).toBeLessThan(600);
  });
});

describe("what is asked for", () => {
  test.each([
    ["what somebody wanted", token(dayMs, 2_592_000), 2_592_000],
    ["as much as was granted, where nobody said more", token(dayMs), 86_400],
    ["six schedules at least", token(20 * minuteMs), 3_600],
    ["six schedules, where less was wanted", token(20 * minuteMs, 600), 3_600],
    ["one more than what kubelets ask for pods", token(3_607_000), 3_608],
    ["one more than that also where it was wanted", token(dayMs, 3_607), 3_608],
    ["no more than TokenRequest takes", token(200 * 365 * dayMs), 2 ** 32],
    ["whole seconds", token(dayMs + 400), 86_400],
  ])("is %s", (_, held, seconds) => {
    expect(secondsToAsk(held, tenMinutes)).toBe(seconds);
  });

  test("is ten minutes at least, however short the schedule", () => {
    expect(secondsToAsk(token(5 * minuteMs), minuteMs)).toBe(600);
  });
});

describe("what was granted", () => {
  test.each([
    ["more than was there", 30 * dayMs],
    ["less than was there", 2 * hourMs],
    ["just six schedules", hourMs],
  ])("is taken when it is %s", (_, lifeMs) => {
    expect(acceptGranted(token(lifeMs), token(dayMs), tenMinutes)).toEqual(token(lifeMs));
  });

  test("is refused when it lives less than six schedules, with both lengths and a remedy", () => {
    const error = errorOf(token(hourMs - 1_000));
    expect(error).toBeInstanceOf(GrantError);
    expect(error).toMatchObject({
      message: "the API server grants 59 min, less than six schedules (1 h 0 min)",
      hint: expect.stringContaining("--service-account-max-token-expiration"),
    });
  });

  test.each<[string, StoredCredential]>([
    ["another account's", { ...token(dayMs), name: "default" }],
    ["an account's of another namespace", { ...token(dayMs), namespace: "kube-system" }],
    ["of a person", { kind: "token", issuedAt, expiresAt: sinceIssue(dayMs) }],
    ["a text that says nothing", { kind: "token", issuedAt: undefined, expiresAt: undefined }],
    ["a certificate", { kind: "client-certificate", issuedAt, expiresAt: sinceIssue(dayMs) }],
    ["no token at all", { kind: "eks" }],
  ])("is refused when it is %s", (_, granted) => {
    expect(errorOf(granted)).toMatchObject({
      name: "GrantError",
      message: expect.stringContaining("ServiceAccount ecr-pull-secrets/worker"),
    });
  });

  function errorOf(granted: StoredCredential): unknown {
    try {
      return acceptGranted(granted, token(dayMs), tenMinutes);
    } catch (error) {
      return error;
    }
  }
});
