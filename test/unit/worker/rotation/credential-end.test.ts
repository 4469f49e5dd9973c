import { describe, expect, test } from "vitest";
import { nextSteps } from "../../../../src/checks/next-steps.ts";
import type { StoredCredential } from "../../../../src/clusters/stored-credential.ts";
import { endInSight } from "../../../../src/worker/rotation/credential-end.ts";
import type { Rotation } from "../../../../src/worker/rotation/rotate-credential.ts";
import { dayMs, hourMs } from "./rotation-scene.ts";

const now = new Date("2026-11-21T12:00:00Z");
const next = nextSteps("prod-eu", { stage: "dev" });
const inMs = (ms: number) => new Date(now.getTime() + ms);

/** Of a hundred hours, of which so many are left. */
const times = (hoursLeft: number) => ({
  issuedAt: inMs((hoursLeft - 100) * hourMs),
  expiresAt: inMs(hoursLeft * hourMs),
});
const account = { namespace: "a", name: "b", wantedLifetimeSeconds: undefined };
const renewable = (hoursLeft: number) =>
  ({ kind: "service-account-token", ...account, ...times(hoursLeft) }) as const;
const failed: Rotation = { result: "failed", trouble: { message: "no", hint: undefined } };
const postponed: Rotation = { result: "postponed" };

describe("of a token that is renewed, there is", () => {
  test.each<[string, number, Rotation | undefined]>([
    ["nothing to say before it is due", 60, undefined],
    ["nothing to say when it was renewed", 100, { result: "done", token: renewable(100) }],
    ["nothing to say when somebody else did it", 10, { result: "overtaken" }],
    ["nothing to say while there is time to do it later", 25, postponed],
  ])("%s", (_, hoursLeft, rotation) => {
    expect(endInSight(renewable(hoursLeft), rotation, { now, next })).toBeUndefined();
  });

  test.each<[string, number, Rotation, boolean]>([
    ["a word about a renewal that failed", 50, failed, false],
    ["a word about it until a quarter is left", 25, failed, false],
    ["an alarm from then on", 24.9, failed, true],
    ["an alarm when no sweep got round to it", 24.9, postponed, true],
    ["an alarm once it is over", -1, postponed, true],
  ])("%s", (_, hoursLeft, rotation, urgent) => {
    expect(endInSight(renewable(hoursLeft), rotation, { now, next })).toMatchObject({ urgent });
  });

  test("a sentence that says until when, why, and what to do", () => {
    expect(endInSight(renewable(24), failed, { now, next })?.trouble).toEqual({
      message:
        "the token in the cluster's record expires on 2026-11-22T12:00:00Z, and couldn't be renewed: no",
      hint: next.renew,
    });
    expect(endInSight(renewable(-24), postponed, { now, next })?.trouble).toEqual({
      message:
        "the token in the cluster's record expired on 2026-11-20T12:00:00Z, and no sweep got round to renewing it",
      hint: next.renew,
    });
  });

  test("the hint of what went wrong, where it has one", () => {
    const trouble = { message: "no", hint: "ask" };
    const end = endInSight(renewable(50), { result: "failed", trouble }, { now, next });
    expect(end?.trouble.hint).toBe("ask");
  });
});

describe("of a credential that nothing renews, there is", () => {
  const certificate = (hoursLeft: number): StoredCredential => ({
    kind: "client-certificate",
    ...times(hoursLeft),
  });
  const token = (hoursLeft: number): StoredCredential => ({ kind: "token", ...times(hoursLeft) });
  const unknownBegin = (leftMs: number): StoredCredential => ({
    kind: "token",
    issuedAt: undefined,
    expiresAt: inMs(leftMs),
  });

  test.each<[string, StoredCredential, boolean | undefined]>([
    ["nothing to say of a certificate with a quarter left", certificate(25), undefined],
    ["a word about a certificate's last quarter", certificate(24.9), false],
    ["an alarm in a certificate's last tenth", certificate(9.9), true],
    ["an alarm once it is over", certificate(-5), true],
    ["nothing to say of a young token", token(90), undefined],
    ["a word about a token's last quarter", token(20), false],
    ["an alarm in a token's last tenth", token(5), true],
    [
      "nothing to say of eight days, where its begin isn't known",
      unknownBegin(8 * dayMs),
      undefined,
    ],
    ["a word about six days", unknownBegin(6 * dayMs), false],
    ["an alarm in its last two", unknownBegin(2 * dayMs), true],
    [
      "nothing to say where it has no end",
      { kind: "token", issuedAt: now, expiresAt: undefined },
      undefined,
    ],
    ["nothing to say where one is signed for each sweep", { kind: "eks" }, undefined],
  ])("%s", (_, credential, urgent) => {
    expect(endInSight(credential, undefined, { now, next })?.urgent).toBe(urgent);
  });

  test.each([
    ["client certificate", certificate(20)],
    ["token", token(20)],
  ])("a sentence that says until when, and what to do: %s", (name, credential) => {
    expect(endInSight(credential, undefined, { now, next })?.trouble).toEqual({
      message: `the ${name} in the cluster's record expires on 2026-11-22T08:00:00Z, and nothing renews it`,
      hint: next.replace,
    });
  });
});
