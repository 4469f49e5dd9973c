import { describe, expect, test } from "vitest";
import { defaultPatience, patientRetries } from "../../../src/aws/patient-retries.ts";

const scope = "";

/** Pauses before the second, third, … attempt, until none is left. */
async function pausesAfter(
  errorType: "THROTTLING" | "TRANSIENT" | "SERVER_ERROR" | "CLIENT_ERROR",
  chance = 1,
): Promise<number[]> {
  const retries = patientRetries(defaultPatience, () => chance);
  const pauses: number[] = [];
  let token = await retries.acquireInitialRetryToken(scope);
  try {
    for (;;) {
      token = await retries.refreshRetryTokenForRetry(token, { errorType });
      pauses.push(token.getRetryDelay());
    }
  } catch (error) {
    expect(error).toMatchObject({ message: "no attempt is left" });
    return pauses;
  }
}

describe("a call that AWS throttles", () => {
  test("pauses for up to a second, and is given up within a quarter of a minute", async () => {
    const pauses = await pausesAfter("THROTTLING");
    expect(pauses.slice(0, 5)).toEqual([200, 400, 800, 1_000, 1_000]);
    expect(pauses).toHaveLength(15);
    expect(pauses.reduce((sum, each) => sum + each)).toBeLessThan(15_000);
  });

  test("pauses for a random part of that: callers that were refused together spread", async () => {
    expect((await pausesAfter("THROTTLING", 0.25)).slice(0, 4)).toEqual([50, 100, 200, 250]);
  });

  test("spends nothing that another call could miss: a list has a hundred pages", async () => {
    const retries = patientRetries(defaultPatience, () => 1);
    const first = await retries.acquireInitialRetryToken(scope);
    for (let page = 0; page < 1_000; page += 1) {
      const retried = retries.refreshRetryTokenForRetry(first, { errorType: "THROTTLING" });
      await expect(retried).resolves.toBeDefined();
    }
  });
});

test.each([
  ["TRANSIENT", 5],
  ["SERVER_ERROR", 0],
  ["CLIENT_ERROR", 0],
] as const)("%s is repeated %i times", async (errorType, times) => {
  expect(await pausesAfter(errorType)).toHaveLength(times);
});
