import { describe, expect, test } from "vitest";
import { serviceAccountAccess } from "../../../src/registration/access/service-account-access.ts";
import { SecretValue } from "../../../src/secret-value.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const issuedAt = new Date("2026-11-21T12:00:00Z");
const token = new SecretValue("token");

function access(schedulePeriodMs: number) {
  const wish = { namespace: "ecr-pull-secrets", lifetimeSeconds: 2_592_000, schedulePeriodMs };
  return serviceAccountAccess(wish);
}

/** The API server grants so much, whatever is asked. */
function issue(grantedMs: number, schedulePeriodMs: number) {
  const expiresAt = new Date(issuedAt.getTime() + grantedMs);
  const admin = { createToken: async () => ({ token, issuedAt, expiresAt }) };
  const kubeconfigs = {
    render: () => new SecretValue("kubeconfig"),
    read: () => ({ credential: { kind: "token", expiresAt } }),
  };
  return access(schedulePeriodMs).issue({ admin, kubeconfigs } as never, undefined);
}

describe("a token", () => {
  test.each([
    [720 * hourMs, 10 * minuteMs],
    [24 * hourMs, 60 * minuteMs],
    [hourMs, 10 * minuteMs],
  ])("granted for %i ms lasts six schedules of %i ms", async (grantedMs, periodMs) => {
    const { life } = await issue(grantedMs, periodMs);
    expect(life).toEqual({ issuedAt, expiresAt: new Date(issuedAt.getTime() + grantedMs) });
  });

  test("that ends before six schedules isn't taken", async () => {
    await expect(issue(hourMs, 20 * minuteMs)).rejects.toMatchObject({
      name: "UserError",
      message:
        "the API server grants a token for 1 h, and with a schedule of 20 min it has to last 2 h, six schedules",
      hint: "set `schedule: rate(10 minutes)` or less in the config and deploy it, or raise the API server's --service-account-max-token-expiration",
    });
  });

  test("that no schedule can do with isn't taken, either", async () => {
    await expect(issue(5 * minuteMs, minuteMs)).rejects.toMatchObject({
      hint: "raise the API server's --service-account-max-token-expiration",
    });
  });

  test.each([
    [720 * hourMs, "Token granted for 30 d: survives an outage of 14 d 23 h"],
    [24 * hourMs, "Token granted for 24 h instead of 30 d: survives an outage of 11 h 50 min"],
  ])("granted for %i ms is said to last", (grantedMs, said) => {
    const life = { issuedAt, expiresAt: new Date(issuedAt.getTime() + grantedMs) };
    expect(access(10 * minuteMs).describeIssued(life)).toBe(said);
  });
});
