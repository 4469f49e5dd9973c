import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { noState, readState } from "../../../src/clusters/record-state.ts";
import {
  formatMessage,
  PoisonMessageError,
  parseMessage,
  type RefreshMessage,
} from "../../../src/dispatch/refresh-message.ts";

const tick = new Date("2026-11-21T12:00:00Z");
const state = {
  expiresAt: new Date("2026-11-21T23:00:00Z"),
  sessionsExpireAt: undefined,
  failingSince: new Date("2026-11-21T11:00:00.500Z"),
  rbac: "0123abcd",
  credential: {
    issuedAt: new Date("2026-11-01T11:00:00Z"),
    expiresAt: new Date("2026-12-01T11:00:00Z"),
  },
  rotationFailingSince: new Date("2026-11-20T11:00:00Z"),
  failureToldAt: undefined,
};

const withSessions = { ...state, sessionsExpireAt: new Date("2026-11-21T12:30:00Z") };
const told = { ...state, failureToldAt: new Date("2026-11-21T11:30:00Z") };

describe("what is sent is what is read", () => {
  test.each<[string, RefreshMessage]>([
    ["of a cluster that was named outright", { cluster: "prod-eu", tick }],
    ["of a cluster without any state", { cluster: "prod-eu", tick, state: noState }],
    ["of a failing cluster", { cluster: "prod-eu", tick, state, failingLong: 3, untold: 2 }],
    ["of one whose failure was told", { cluster: "prod-eu", tick, state: told, failingLong: 0 }],
    ["of one that holds sessions", { cluster: "prod-eu", tick, state: withSessions }],
    ["of the shortest name", { cluster: "a", tick }],
    ["of the longest name", { cluster: `a${"-".repeat(98)}b`, tick }],
    ["of a name that objects have", { cluster: "constructor", tick }],
  ])("%s", (_, message) => {
    expect(parseMessage(formatMessage(message))).toEqual(message);
  });

  test("as text that people can read", () => {
    expect(
      JSON.parse(formatMessage({ cluster: "prod-eu", tick, state, failingLong: 3, untold: 2 })),
    ).toEqual({
      cluster: "prod-eu",
      tick: "2026-11-21T12:00:00.000Z",
      state: {
        expiresAt: "2026-11-21T23:00:00.000Z",
        failingSince: "2026-11-21T11:00:00.500Z",
        rbac: "0123abcd",
        credential: {
          issuedAt: "2026-11-01T11:00:00.000Z",
          expiresAt: "2026-12-01T11:00:00.000Z",
        },
        rotationFailingSince: "2026-11-20T11:00:00.000Z",
        failureToldAt: null,
      },
      failingLong: 3,
      untold: 2,
    });
  });
});

describe("whatever the tags of a record say, its message is no poison:", () => {
  const keys = [
    "expires-at",
    "sessions-expire-at",
    "failing-since",
    "rotation-failing-since",
    "failure-told-at",
  ];

  test.each([
    "1970-01-01T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "0000-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59.999999999Z",
    "9999-12-31T23:59:59-23:59",
    "never",
  ])("%s", (time) => {
    const tags = [
      ...keys.map((key) => ({ Key: `ecr-pull-secrets:${key}`, Value: time })),
      { Key: "ecr-pull-secrets:credential", Value: `${time}/${time.replace(/^\d{4}/, "9999")}` },
      { Key: "ecr-pull-secrets:rbac", Value: "x".repeat(128) },
    ];
    const message: RefreshMessage = { cluster: "prod-eu", tick, state: readState(tags) };
    expect(parseMessage(formatMessage(message))).toEqual(message);
  });
});

describe("a message of another version, queued during a deploy,", () => {
  const message = { cluster: "prod-eu", tick: tick.toISOString() };
  const olderState = { expiresAt: null, failingSince: null, rbac: "0123abcd" };

  test.each([
    ["an earlier one says nothing of the credential", { state: olderState }],
    ["a later one may say more", { state: { ...olderState, credential: null, later: "more" } }],
    ["a later one may say more of all clusters", { state: olderState, later: { more: 1 } }],
  ])("is read, and no more than is known: %s", (_, sent) => {
    const read = parseMessage(JSON.stringify({ ...message, ...sent }));
    expect(read).toEqual({ cluster: "prod-eu", tick, state: { ...noState, rbac: "0123abcd" } });
  });
});

describe("poison, of which the error quotes nothing, is a message that", () => {
  const canary = "c4n4ry";
  const good = { cluster: "prod-eu", tick: tick.toISOString() };
  const goodState = { expiresAt: null, failingSince: null, rbac: null };
  const withLife = (credential: unknown) => ({ ...goodState, credential });

  test.each<[string, unknown, string]>([
    ["is empty", "", "the whole"],
    ["isn't JSON", `{"cluster": "${canary}`, "the whole"],
    ["is a token", `eyJhbGciOiJSUzI1NiJ9.${canary}.x`, "the whole"],
    ["is binary", `\u0000\u0001${canary}`, "the whole"],
    ["nests without end", "[".repeat(100_000), "the whole"],
    ["is huge", `"${canary.repeat(100_000)}"`, "the whole"],
    ["is null", null, "the whole"],
    ["is a list", [canary], "the whole"],
    ["has no cluster", { tick: good.tick }, "cluster"],
    ["has no tick", { cluster: "prod-eu" }, "tick"],
    ["has nothing but what isn't known", { kubeconfig: canary, [canary]: 1 }, "cluster"],
    ["has a number for a cluster", { ...good, cluster: 7 }, "cluster"],
    ["has a list for a cluster", { ...good, cluster: [canary] }, "cluster"],
    ["names a path", { ...good, cluster: `../../${canary}` }, "cluster"],
    ["names another secret", { ...good, cluster: `${canary}/registries/ghcr` }, "cluster"],
    ["names nothing", { ...good, cluster: "" }, "cluster"],
    ["names dots", { ...good, cluster: ".." }, "cluster"],
    ["has a newline in a name", { ...good, cluster: `${canary}\n` }, "cluster"],
    ["paints the terminal", { ...good, cluster: `\u001b[31m${canary}` }, "cluster"],
    ["has a name that looks like another", { ...good, cluster: `${canary}-аdmin` }, "cluster"],
    ["has a name that is too long", { ...good, cluster: "x".repeat(101) }, "cluster"],
    ["has a tick that is none", { ...good, tick: canary }, "tick"],
    ["has a number for a tick", { ...good, tick: 0 }, "tick"],
    ["has a tick with an offset", { ...good, tick: "2026-11-21T12:00:00+01:00" }, "tick"],
    ["has half of a state", { ...good, state: { rbac: null } }, "state.expiresAt"],
    ["has null for a state", { ...good, state: null }, "state"],
    [
      "has half of a life",
      { ...good, state: withLife({ issuedAt: tick }) },
      "credential.expiresAt",
    ],
    ["has a life that is none", { ...good, state: withLife(canary) }, "credential"],
    [
      "fails to rotate since no time",
      { ...good, state: { ...goodState, rotationFailingSince: canary } },
      "rotationFailingSince",
    ],
    ["has fewer than no failing clusters", { ...good, failingLong: -1 }, "failingLong"],
    ["has half a cluster of which nobody was told", { ...good, untold: 0.5 }, "untold"],
    ["has half a failing cluster", { ...good, failingLong: 0.5 }, "failingLong"],
    ["has a text for a number", { ...good, failingLong: canary }, "failingLong"],
    [
      "has a digest without end",
      { ...good, state: { ...goodState, rbac: "x".repeat(257) } },
      "rbac",
    ],
  ])("%s", (_, content, where) => {
    const body = typeof content === "string" ? content : JSON.stringify(content);
    const error = errorOf(() => parseMessage(body));
    expect(error).toBeInstanceOf(PoisonMessageError);
    expect(String(error)).toMatch(new RegExp(`wrong: .*${where}`));
    expect(String(error).length).toBeLessThan(400);
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain(canary);
  });
});

function errorOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
