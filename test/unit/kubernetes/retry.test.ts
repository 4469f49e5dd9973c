import { describe, expect, test } from "vitest";
import { ClusterError } from "../../../src/errors.ts";
import { defaultConnectionOptions } from "../../../src/kubernetes/transport/options.ts";
import { aborted, TransientError, withRetries } from "../../../src/kubernetes/transport/retry.ts";
import { neverAborted, testWorld } from "./api-server.ts";

test("an error that stays says all that it said at first, and how often it was tried", async () => {
  const first = new ClusterError("forbidden", "no", {
    status: 403,
    hint: "ask somebody",
    refuser: { by: "authorization" },
    conflicts: [{ manager: "m", field: ".f" }],
  });
  const retrying = { baseMs: 1, maxPauseMs: 1, maxRetryAfterMs: 1, world: testWorld() };
  const attempt = () => Promise.reject(new TransientError(first));
  await expect(
    withRetries(attempt, {
      ...retrying,
      signal: neverAborted,
      mayRetry: (attempts) => attempts < 3,
      onRetry: () => {},
    }),
  ).rejects.toEqual(
    new ClusterError("forbidden", "no (after 3 attempts)", {
      status: 403,
      hint: "ask somebody",
      refuser: { by: "authorization" },
      conflicts: [{ manager: "m", field: ".f" }],
    }),
  );
});

describe("a request that is stopped", () => {
  const busy = new ClusterError("throttled", "the API server is overloaded", { hint: "wait" });
  const retrying = {
    baseMs: 60_000,
    maxPauseMs: 60_000,
    maxRetryAfterMs: 1,
    mayRetry: () => true,
    onRetry: () => {},
  };

  test("while it pauses says what it paused for", async () => {
    const stop = new AbortController();
    const { world } = defaultConnectionOptions;
    const attempt = async () => {
      setTimeout(() => stop.abort());
      throw new TransientError(busy);
    };
    await expect(
      withRetries(attempt, { ...retrying, world, signal: stop.signal }),
    ).rejects.toMatchObject({
      kind: "aborted",
      message: "stopped before the API server answered; before that: the API server is overloaded",
      hint: "wait",
    });
  });

  test.each([
    [1, "stopped before the API server answered"],
    [2, "stopped before the API server answered; before that: the API server is overloaded"],
  ])("at attempt %i says what was before", async (last, message) => {
    const attempt = (number: number) =>
      Promise.reject(number === last ? aborted() : new TransientError(busy));
    const world = testWorld();
    await expect(
      withRetries(attempt, { ...retrying, world, signal: neverAborted }),
    ).rejects.toMatchObject({ kind: "aborted", message });
  });
});
