import { expect, test } from "vitest";
import { ClusterError } from "../../../src/errors.ts";
import { TransientError, withRetries } from "../../../src/kubernetes/transport/retry.ts";
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
