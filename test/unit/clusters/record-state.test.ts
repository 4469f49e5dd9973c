import { describe, expect, test } from "vitest";
import {
  type ClusterState,
  changedTags,
  noState,
  readState,
  type Tag,
} from "../../../src/clusters/record-state.ts";

describe("the state in the tags", () => {
  test("is read from those that are ours", () => {
    const tags: Tag[] = [
      { Key: "ecr-pull-secrets:rbac", Value: "0123456789abcdef" },
      { Key: "team", Value: "platform" },
      { Key: "ecr-pull-secrets:expires-at", Value: "2026-03-01T12:00:00Z" },
      { Key: "ecr-pull-secrets:failing-since", Value: "2026-02-28T23:59:59+01:00" },
      credential("2026-02-01T00:00:00Z/2026-03-03T01:00:00+01:00"),
      { Key: "ecr-pull-secrets:rotation-failing-since", Value: "2026-02-20T00:00:00Z" },
      { Key: "ecr-pull-secrets:sessions-expire-at", Value: "2026-02-28T23:30:00Z" },
    ];
    expect(readState(tags)).toEqual({
      expiresAt: new Date("2026-03-01T12:00:00Z"),
      sessionsExpireAt: new Date("2026-02-28T23:30:00Z"),
      failingSince: new Date("2026-02-28T22:59:59Z"),
      rbac: "0123456789abcdef",
      credential: {
        issuedAt: new Date("2026-02-01T00:00:00Z"),
        expiresAt: new Date("2026-03-03T00:00:00Z"),
      },
      rotationFailingSince: new Date("2026-02-20T00:00:00Z"),
      failureToldAt: undefined,
    });
  });

  test.each([
    ["none", []],
    ["others", [{ Key: "expires-at", Value: "2026-03-01T12:00:00Z" }]],
    ["no value", [{ Key: "ecr-pull-secrets:expires-at" }]],
    ["no key", [{ Value: "2026-03-01T12:00:00Z" }]],
    ["neither", [{}]],
    ["an empty value", [expiry(""), { Key: "ecr-pull-secrets:rbac", Value: "" }]],
    ["no time", [expiry("soon")]],
    ["a date only", [expiry("2026-03-01")]],
    ["a time without a zone", [expiry("2026-03-01T12:00:00")]],
    ["a day that isn't in the calendar", [expiry("2026-02-30T12:00:00Z")]],
    ["an hour that isn't on the clock", [expiry("2026-03-01T25:00:00Z")]],
    ["seconds since 1970", [expiry("1772366400")]],
    ["a time after the last year of RFC 3339", [expiry("9999-12-31T23:59:59-00:01")]],
    ["a time before its first year", [expiry("0000-01-01T00:00:00+00:01")]],
    ["a life beyond those years", [credential("2026-02-01T00:00:00Z/9999-12-31T23:59:59-01:00")]],
    ["a very long time", [expiry(`2026-03-01T12:00:00.${"0".repeat(100_000)}x`)]],
    ["another case", [{ Key: "ECR-Pull-Secrets:Expires-At", Value: "2026-03-01T12:00:00Z" }]],
    ["a digest with escapes", [{ Key: "ecr-pull-secrets:rbac", Value: "\u001b[31mred" }]],
    ["a life without an end", [credential("2026-02-01T00:00:00Z")]],
    ["a life that is open", [credential("2026-02-01T00:00:00Z/")]],
    [
      "a life of three times",
      [credential(`${"2026-02-01T00:00:00Z/".repeat(2)}2026-03-01T00:00:00Z`)],
    ],
    ["a life as a duration", [credential("2026-02-01T00:00:00Z/P30D")]],
    [
      "a life that ends before it begins",
      [credential("2026-03-01T00:00:00Z/2026-02-01T00:00:00Z")],
    ],
    ["a life of no time", [credential("2026-03-01T00:00:00Z/2026-03-01T00:00:00Z")]],
    ["a life of slashes", [credential("/".repeat(100_000))]],
    ["a digest without end", [{ Key: "ecr-pull-secrets:rbac", Value: "0".repeat(1_000) }]],
  ])("is absent where there is %s", (_, tags: Tag[]) => {
    expect(readState(tags)).toEqual(noState);
  });

  test("keeps what is well-formed beside what isn't", () => {
    const tags = [expiry("soon"), { Key: "ecr-pull-secrets:rbac", Value: "abc" }];
    expect(readState(tags)).toEqual({ ...noState, rbac: "abc" });
  });
});

describe("what changes in the tags", () => {
  const full: ClusterState = {
    expiresAt: new Date("2026-03-01T12:00:00.900Z"),
    sessionsExpireAt: new Date("2026-03-01T10:30:00.900Z"),
    failingSince: new Date("2026-03-01T10:00:00.100Z"),
    rbac: "abc",
    credential: {
      issuedAt: new Date("2026-02-15T12:00:00.700Z"),
      expiresAt: new Date("2026-03-17T12:00:00.700Z"),
    },
    rotationFailingSince: new Date("2026-03-01T11:00:00.100Z"),
    failureToldAt: undefined,
  };

  test("is all of it at first, in whole seconds", () => {
    expect(changedTags(noState, full)).toEqual({
      set: [
        expiry("2026-03-01T12:00:00Z"),
        { Key: "ecr-pull-secrets:sessions-expire-at", Value: "2026-03-01T10:30:00Z" },
        { Key: "ecr-pull-secrets:failing-since", Value: "2026-03-01T10:00:00Z" },
        { Key: "ecr-pull-secrets:rbac", Value: "abc" },
        credential("2026-02-15T12:00:00Z/2026-03-17T12:00:00Z"),
        { Key: "ecr-pull-secrets:rotation-failing-since", Value: "2026-03-01T11:00:00Z" },
      ],
      remove: [],
    });
  });

  test.each([
    ["nothing is there", noState, noState],
    ["it is the same", full, { ...full }],
    ["it was written and read", readState(changedTags(noState, full).set), full],
    ["the expiry moves by less than a minute", full, moved(59_999)],
    ["the expiry moves back by less than a minute", full, moved(-59_999)],
    ["the sessions' end moves by less than a minute", full, sessionsMoved(59_999)],
  ])("is nothing when %s", (_, before, after) => {
    expect(changedTags(before, after)).toEqual({ set: [], remove: [] });
  });

  test.each([
    ["on", 60_000, "2026-03-01T12:01:00Z"],
    ["back", -60_000, "2026-03-01T11:59:00Z"],
  ])("is the expiry, when it moves %s by a minute", (_, byMs, value) => {
    expect(changedTags(full, moved(byMs))).toEqual({ set: [expiry(value)], remove: [] });
  });

  test("is the end of the sessions, when they were renewed", () => {
    const value = "2026-03-01T11:00:00Z";
    expect(changedTags(full, sessionsMoved(30 * 60_000))).toEqual({
      set: [{ Key: "ecr-pull-secrets:sessions-expire-at", Value: value }],
      remove: [],
    });
  });

  test("takes the end of the sessions away, when there are none any more", () => {
    expect(changedTags(full, { ...full, sessionsExpireAt: undefined })).toEqual({
      set: [],
      remove: ["ecr-pull-secrets:sessions-expire-at"],
    });
  });

  test("is the failure alone, when one begins", () => {
    expect(changedTags({ ...full, failingSince: undefined }, full)).toEqual({
      set: [{ Key: "ecr-pull-secrets:failing-since", Value: "2026-03-01T10:00:00Z" }],
      remove: [],
    });
  });

  test("takes the failure away, when a sweep goes well", () => {
    expect(changedTags(full, { ...full, failingSince: undefined })).toEqual({
      set: [],
      remove: ["ecr-pull-secrets:failing-since"],
    });
  });

  test("is the credential's life, when another one took its place", () => {
    const next = {
      issuedAt: new Date("2026-03-01T12:00:00Z"),
      expiresAt: new Date("2026-03-31T12:00:00Z"),
    };
    const after = { ...full, credential: next, rotationFailingSince: undefined };
    expect(changedTags(full, after)).toEqual({
      set: [credential("2026-03-01T12:00:00Z/2026-03-31T12:00:00Z")],
      remove: ["ecr-pull-secrets:rotation-failing-since"],
    });
  });

  test("may be both, set and taken away", () => {
    const after = { ...moved(3_600_000), failingSince: undefined, rbac: undefined };
    expect(changedTags(full, after)).toEqual({
      set: [expiry("2026-03-01T13:00:00Z")],
      remove: ["ecr-pull-secrets:failing-since", "ecr-pull-secrets:rbac"],
    });
  });

  function moved(byMs: number): ClusterState {
    const expiresAt = full.expiresAt && new Date(full.expiresAt.getTime() + byMs);
    return { ...full, expiresAt };
  }

  function sessionsMoved(byMs: number): ClusterState {
    const { sessionsExpireAt: before } = full;
    return { ...full, sessionsExpireAt: before && new Date(before.getTime() + byMs) };
  }
});

function expiry(value: string) {
  return { Key: "ecr-pull-secrets:expires-at", Value: value };
}

function credential(value: string) {
  return { Key: "ecr-pull-secrets:credential", Value: value };
}
