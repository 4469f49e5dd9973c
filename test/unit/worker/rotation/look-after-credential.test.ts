import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { StoredCredential } from "../../../../src/clusters/stored-credential.ts";
import { ClusterError, KubeconfigError, StoreError } from "../../../../src/errors.ts";
import { dayMs, hourMs, type RotationScene, rotationScene, type Step } from "./rotation-scene.ts";

const lifeMs = 30 * dayMs;
const none = { tokens: 0, proofs: 0, puts: 0, promotions: 0 };
const aborted = () => AbortSignal.abort("deadline");

/** Its token is due; the record's tags say since when it is good. */
async function dueScene(options: Partial<Parameters<typeof rotationScene>[0]> = {}) {
  const scene = rotationScene({ lifeMs, ...options });
  await scene.sweep();
  scene.passMs(lifeMs / 2);
  return scene;
}

describe("a token that isn't due", () => {
  test("costs no request and, once its life is noted, no tag", async () => {
    const scene = rotationScene({ lifeMs });
    const report = await scene.sweep();
    expect(report.credential).toEqual({
      kind: "service-account-token",
      issuedAt: "2026-11-21T12:00:00.000Z",
      expiresAt: "2026-12-21T12:00:00.000Z",
    });
    expect(scene.record.state().credential).toEqual(scene.life());
    scene.passMs(hourMs);
    await scene.sweep();
    expect(scene.seen()).toEqual({ ...none, tagWrites: 1 });
  });
});

describe("a token that is due", () => {
  test("is replaced by its successor, which is noted", async () => {
    const scene = await dueScene({ wantedSeconds: 2_592_000 });
    const report = await scene.sweep();
    expect(report).toMatchObject({
      outcome: "ok",
      credential: { rotation: "done", expiresAt: "2027-01-05T12:00:00.000Z" },
    });
    expect(scene.asked).toEqual([
      { namespace: "ecr-pull-secrets", name: "ecr-pull-secrets", seconds: 2_592_000 },
    ]);
    expect(scene.record.labels()).toMatchObject({ v1: ["AWSPREVIOUS"] });
    expect(scene.record.version()).toBe("v2");
    expect(scene.record.state().credential).toEqual(scene.life());
  });

  test("is tried before it is stored, and stored before anybody reads it", async () => {
    const scene = await dueScene();
    const order: [Step, string][] = [];
    scene.world.after = (step) => void order.push([step, scene.record.version()]);
    await scene.sweep();
    expect(order).toEqual([
      ["token", "v1"],
      ["read", "v1"],
      ["proof", "v1"],
      ["pending", "v1"],
      ["promotion", "v2"],
      ["tag", "v2"],
    ]);
  });

  test("waits for the next sweep when this one's time is up, and nothing is asked", async () => {
    const scene = await dueScene();
    const report = await scene.sweep({ stop: aborted() });
    expect(report).toMatchObject({ outcome: "ok", credential: { rotation: "postponed" } });
    expect(scene.seen()).toEqual({ ...none, tagWrites: 1 });
    expect((await scene.sweep()).credential?.rotation).toBe("done");
  });

  test.each<Step>(["token", "proof", "pending"])(
    "goes no further than its %s when the time is up by then",
    async (last) => {
      const scene = await dueScene();
      const stop = new AbortController();
      scene.world.after = (step) => {
        if (step === last) stop.abort("deadline");
      };
      const report = await scene.sweep({ stop: stop.signal });
      expect(report).toMatchObject({ outcome: "ok", credential: { rotation: "postponed" } });
      expect(scene.seen().promotions).toBe(0);
      expect(scene.seen().puts).toBe(last === "pending" ? 1 : 0);
      expect(scene.seen().proofs).toBe(last === "token" ? 0 : 1);
    },
  );

  test.each<Step>(["token", "proof", "pending", "promotion"])(
    "isn't waited for beyond the invocation's end, when it hangs at the %s",
    async (hanging) => {
      const scene = await dueScene();
      const end = new AbortController();
      scene.world.after = async (step) => {
        if (step !== hanging) return;
        end.abort("deadline");
        await delay(60_000, undefined, { ref: false });
      };
      const report = await scene.sweep({ abort: end.signal });
      expect(report).toMatchObject({ outcome: "ok", credential: { rotation: "postponed" } });
    },
  );

  test("isn't renewed in a cluster that the sweep couldn't reach: it was patient enough", async () => {
    const scene = await dueScene();
    scene.world.reachable = false;
    const report = await scene.sweep();
    expect(report.credential?.rotation).toBe("postponed");
    expect(report.failures).toHaveLength(1);
    expect(scene.seen().tokens).toBe(0);
    expect(scene.record.state().rotationFailingSince).toBeUndefined();

    scene.passMs(lifeMs / 4 + hourMs);
    const { failures } = await scene.sweep();
    expect(failures.map(({ kind }) => kind)).toEqual(["unreachable", "credential"]);
    expect(failures[1]?.hint).toBe(scene.next.renew);
  });

  test.each(["timeout", "forbidden", "mint"] as const)(
    "is renewed after a sweep that failed in one namespace only (%s)",
    async (kind) => {
      const scene = await dueScene();
      scene.world.writeFailure = kind;
      const report = await scene.sweep();
      expect(report).toMatchObject({ outcome: "failed", credential: { rotation: "done" } });
    },
  );

  test("that somebody took away with its record is no failure", async () => {
    const scene = await dueScene();
    scene.record.gone = true;
    const report = await scene.sweep();
    expect(report).toMatchObject({ outcome: "ok", credential: { rotation: "overtaken" } });
    expect(scene.seen()).toMatchObject({ tokens: 1, proofs: 1, puts: 0, promotions: 0 });
  });
});

describe("a renewal that fails", () => {
  const forbidden = new ClusterError("forbidden", "no", { status: 403, hint: "rights" });

  test.each<[string, Step, Error, string, (scene: RotationScene) => string]>([
    ["for lack of the right", "token", forbidden, "may not ask", ({ next }) => next.replace],
    [
      "because the API server is in trouble",
      "token",
      new ClusterError("server", "it answered 500"),
      "it answered 500",
      ({ next }) => next.renew,
    ],
    [
      "because AWS denies the new version",
      "pending",
      new StoreError("denied", "AWS denied it", { hint: "Allow it" }),
      "AWS denied it",
      () => "Allow it",
    ],
    [
      "because the record has no room",
      "pending",
      new KubeconfigError("it is too large", { hint: "Keep less" }),
      "it is too large",
      () => "Keep less",
    ],
    [
      "because the new token isn't known there",
      "proof",
      new ClusterError("unauthorized", "it answered 401"),
      "it answered 401",
      ({ next }) => next.renew,
    ],
    [
      "because AWS is out of reach",
      "promotion",
      new StoreError("unreachable", "AWS didn't answer"),
      "AWS didn't answer",
      ({ next }) => next.renew,
    ],
  ])("%s says so, in report and tags, and is tried again", async (_, at, error, why, hint) => {
    const scene = await dueScene();
    const since = scene.now();
    scene.failAt(at, error);
    const report = await scene.sweep();
    expect(report).toMatchObject({ outcome: "ok", credential: { rotation: "failed" } });
    expect(report.credential?.trouble?.message).toMatch(/^the token in .* expires on /);
    expect(report.credential?.trouble?.message).toContain(why);
    expect(report.credential?.trouble?.hint).toBe(hint(scene));
    expect(scene.record.version()).toBe("v1");
    expect(scene.record.state().rotationFailingSince).toEqual(since);

    scene.passMs(hourMs);
    await scene.sweep();
    expect(scene.record.state().rotationFailingSince).toEqual(since);
    const writes = scene.seen().tagWrites;
    await scene.sweep();
    expect(scene.seen().tagWrites).toBe(writes);

    scene.failAt(undefined);
    expect((await scene.sweep()).credential?.rotation).toBe("done");
    expect(scene.record.state().rotationFailingSince).toBeUndefined();
  });

  test("keeps its tag while a later sweep has no time for it", async () => {
    const scene = await dueScene();
    const since = scene.now();
    scene.failAt("token", forbidden);
    await scene.sweep();
    scene.passMs(hourMs);
    await scene.sweep({ stop: aborted() });
    expect(scene.record.state().rotationFailingSince).toEqual(since);
  });

  test("is a failed sweep once a quarter of the token's life is left", async () => {
    const scene = await dueScene();
    scene.failAt("token", forbidden);
    scene.passMs(lifeMs / 4);
    expect((await scene.sweep()).outcome).toBe("ok");
    scene.passMs(1_000);
    expect(await scene.sweep()).toMatchObject({
      outcome: "failed",
      failures: [{ kind: "credential", hint: scene.next.replace }],
    });
  });

  test("for a bug's sake throws", async () => {
    const scene = await dueScene();
    scene.failAt("proof", new TypeError("a bug"));
    await expect(scene.sweep()).rejects.toThrow(TypeError);
  });

  test.each(["forbidden", "unauthorized"] as const)(
    "isn't what a proof is that is answered with %s, if the token is known",
    async (kind) => {
      const scene = await dueScene();
      scene.failAt("read", new ClusterError(kind, "no"));
      const { credential } = await scene.sweep();
      expect(credential?.rotation).toBe(kind === "forbidden" ? "done" : "failed");
    },
  );

  test.each(["unauthorized", "unreachable", "server"] as const)(
    "at its proof (%s) leaves no version, however many sweeps try",
    async (kind) => {
      const scene = await dueScene();
      scene.failAt("read", new ClusterError(kind, "no"));
      for (let sweep = 0; sweep < 3; sweep += 1) {
        expect((await scene.sweep()).credential?.rotation).toBe("failed");
        scene.passMs(hourMs);
      }
      expect(scene.seen()).toMatchObject({ tokens: 3, proofs: 3, puts: 0 });
      expect(scene.record.labels()).toEqual({ v1: ["AWSCURRENT"] });
    },
  );

  test("for a token of another account stores nothing", async () => {
    const scene = await dueScene();
    scene.world.account = "kube-system/default";
    const { credential } = await scene.sweep();
    expect(credential?.trouble?.message).toContain("handed out something else");
    expect(scene.seen()).toMatchObject({ tokens: 1, puts: 0 });
  });
});

describe("a credential that nothing renews", () => {
  const issuedAt = new Date("2026-11-21T12:00:00Z");
  const expiresAt = new Date("2026-12-21T12:00:00Z");
  const later = new Date("2027-01-21T12:00:00Z");

  test.each<[string, StoredCredential]>([
    ["client certificate", { kind: "client-certificate", issuedAt, expiresAt }],
    ["token", { kind: "token", issuedAt, expiresAt }],
  ])("is noted, and never asked of the cluster: %s", async (name, credential) => {
    const scene = rotationScene({ lifeMs, credential });
    await scene.sweep();
    expect(scene.record.state().credential).toEqual({ issuedAt, expiresAt });
    scene.passMs(0.8 * lifeMs);
    const warned = await scene.sweep();
    expect(warned).toMatchObject({ outcome: "ok", credential: { kind: credential.kind } });
    expect(warned.credential?.trouble).toMatchObject({
      message: expect.stringContaining(`the ${name} in the cluster's record expires on`),
      hint: scene.next.replace,
    });
    scene.passMs(0.11 * lifeMs);
    expect(await scene.sweep()).toMatchObject({
      outcome: "failed",
      failures: [{ kind: "credential", hint: scene.next.replace }],
    });
    expect(scene.seen()).toMatchObject(none);
  });

  test.each<[string, StoredCredential]>([
    ["without end", { kind: "token", issuedAt, expiresAt: undefined }],
    ["that doesn't say since when", { kind: "token", issuedAt: undefined, expiresAt }],
    ["that ends before it begins", { kind: "token", issuedAt: later, expiresAt }],
    ["signed for each sweep", { kind: "eks" }],
  ])("has no life to note: %s", async (_, credential) => {
    const scene = rotationScene({ lifeMs, credential });
    expect((await scene.sweep()).credential).toMatchObject({ kind: credential.kind });
    expect(scene.record.state().credential).toBeUndefined();
    expect(scene.seen()).toEqual({ ...none, tagWrites: 0 });
  });
});

describe("a record that couldn't be opened", () => {
  test("because its token has expired, is told from what it says", async () => {
    const scene = rotationScene({ lifeMs });
    scene.world.opens = false;
    scene.passMs(lifeMs + hourMs);
    const { failures } = await scene.sweep();
    expect(failures.at(-1)).toMatchObject({
      kind: "credential",
      message: expect.stringContaining("expired on 2026-12-21T12:00:00Z"),
      hint: scene.next.renew,
    });
    expect(scene.seen()).toMatchObject(none);
  });

  test("keeps the tags that it has, where it says nothing", async () => {
    const scene = await dueScene();
    const before = scene.record.state();
    scene.world.opens = false;
    scene.record.replace("no kubeconfig");
    const report = await scene.sweep();
    expect(report.credential).toBeUndefined();
    expect(scene.record.state()).toEqual({ ...before, failingSince: scene.now() });
  });
});
