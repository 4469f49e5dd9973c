/** Whether a workload rolls: what its pods were started for, against what its secrets hold. */
import { describe, expect, test } from "vitest";
import {
  readRestartedFor,
  type SecretContent,
  writeRestartedFor,
} from "../../../src/pull-secrets/restarted-for.ts";
import type { RegistryStamp } from "../../../src/pull-secrets/stamps.ts";
import type { WorkloadState } from "../../../src/refresh/ports.ts";
import { judgeWorkload } from "../../../src/refresh/rules/restarts.ts";
import { hoursAgo, hoursAhead, now, workload as workloadIn } from "./builders.ts";

const at = { cluster: "prod-eu", now };

const stamp = (ageHours: number, more: Partial<RegistryStamp> = {}): RegistryStamp => ({
  issued: hoursAgo(ageHours),
  expires: hoursAhead(12 - ageHours),
  source: "a",
  ...more,
});

const holding = (
  registries: Readonly<Record<string, RegistryStamp>>,
  shape = "s",
): SecretContent => ({
  shape,
  registries: new Map(Object.entries(registries)),
});

const kept = (issuedHoursAgo: number) => stamp(issuedHoursAgo, { expires: null });

function workload(startedWith?: SecretContent, more: Partial<WorkloadState> = {}): WorkloadState {
  const restartedFor = startedWith && writeRestartedFor(new Map([["regcred", startedWith]]));
  return workloadIn("proxy", { restartedFor, ...more });
}

function causeOf(seen: WorkloadState, content: SecretContent | undefined): string | undefined {
  const verdict = judgeWorkload(seen, new Map([["regcred", content]]), at);
  return verdict.verdict === "current" ? undefined : verdict.restart.causes[0]?.why;
}

describe("a workload rolls", () => {
  test.each<[when: string, before: SecretContent | undefined, content: SecretContent, why: string]>(
    [
      [
        "once it is new to the config",
        undefined,
        holding({ r: stamp(1) }),
        "never-started-with-it",
      ],
      [
        "for other hosts or keys",
        holding({ r: stamp(1) }),
        holding({ r: stamp(1) }, "other"),
        "content-changed",
      ],
      [
        "for another role or version",
        holding({ r: stamp(1) }),
        holding({ r: stamp(0, { source: "b" }) }),
        "content-changed",
      ],
      [
        "for a registry that its pods know nothing of",
        holding({ r: stamp(1) }),
        holding({ r: stamp(1), s: stamp(0) }),
        "content-changed",
      ],
      [
        "for a newer credential, once its own is at half of its life",
        holding({ r: stamp(6.1) }),
        holding({ r: stamp(0) }),
        "half-life",
      ],
      [
        "for one of several registries",
        holding({ r: stamp(1), s: stamp(7) }),
        holding({ r: stamp(1), s: stamp(0) }),
        "half-life",
      ],
      [
        "for a newer one if its own has expired",
        holding({ r: stamp(13) }),
        holding({ r: stamp(0) }),
        "half-life",
      ],
      [
        "for another one if its own was stamped in the future",
        holding({ r: stamp(-2) }),
        holding({ r: stamp(0) }),
        "half-life",
      ],
    ],
  )("%s", (_, before, content, why) => {
    expect(causeOf(workload(before), content)).toBe(why);
  });

  test.each([
    "",
    "soon",
    "{",
    "[]",
    '{"regcred":1}',
    '{"regcred":{"shape":7}}',
    '{"regcred":null}',
  ])("if what is noted on it is %j", (restartedFor) => {
    const seen = workload(undefined, { restartedFor });
    expect(causeOf(seen, holding({ r: stamp(1) }))).toBe("never-started-with-it");
  });
});

describe("a workload doesn't roll", () => {
  test.each<[when: string, before: SecretContent | undefined, content: SecretContent | undefined]>([
    ["for what its pods hold", holding({ r: stamp(11) }), holding({ r: stamp(11) })],
    [
      "for a newer credential while its own is young, however often it is written",
      holding({ r: stamp(5) }),
      holding({ r: stamp(0) }),
    ],
    ["for a kept login of the same version", holding({ r: kept(900) }), holding({ r: kept(0) })],
    ["for a credential that has expired", holding({ r: stamp(14) }), holding({ r: stamp(13) })],
    ["for the first time, if that has expired", undefined, holding({ r: stamp(13) })],
    [
      "for a login that was taken out",
      holding({ r: stamp(13), s: stamp(1) }),
      holding({ s: stamp(1) }),
    ],
    ["for a secret that nobody is sure of", undefined, undefined],
    ["for a secret that holds nothing", undefined, holding({})],
  ])("%s", (_, before, content) => {
    expect(causeOf(workload(before), content)).toBeUndefined();
  });

  test("while it is being deleted", () => {
    const seen = workload(undefined, { terminating: true });
    expect(causeOf(seen, holding({ r: stamp(1) }))).toBeUndefined();
  });

  test("in parts of a second: that is more than what is noted", () => {
    const issued = new Date(hoursAgo(7).getTime() + 400);
    const before = holding({ r: stamp(7) });
    expect(causeOf(workload(before), holding({ r: stamp(7, { issued }) }))).toBeUndefined();
  });

  test("a second time for the same", () => {
    const content = holding({ r: stamp(1), s: kept(4) });
    const first = judgeWorkload(workload(), new Map([["regcred", content]]), at);
    if (first.verdict !== "restart") throw new Error("it should roll");
    const { restartedFor } = first.restart;
    expect(causeOf(workload(undefined, { restartedFor }), content)).toBeUndefined();
  });
});

test.each(["paused", "on-delete"] as const)("one that is held (%s) is told apart", (held) => {
  const contents = new Map([["regcred", holding({ r: stamp(1) })]]);
  expect(judgeWorkload(workload(undefined, { held }), contents, at).verdict).toBe("held");
  const current = workload(holding({ r: stamp(1) }), { held });
  expect(judgeWorkload(current, contents, at).verdict).toBe("current");
});

test("of two pull secrets one asks for it, and the pods are started for both", () => {
  const before = new Map([
    ["regcred", holding({ r: stamp(1) })],
    ["other", holding({ r: stamp(8) })],
    ["unsure", holding({ r: stamp(3) })],
  ]);
  const seen = workload(undefined, { restartedFor: writeRestartedFor(before) });
  const contents = new Map([
    ["regcred", holding({ r: stamp(0) })],
    ["other", holding({ r: stamp(2) })],
    ["unsure", undefined],
  ]);
  const verdict = judgeWorkload(seen, contents, at);
  expect(verdict).toMatchObject({
    verdict: "restart",
    restart: {
      causes: [{ pullSecret: "other", why: "half-life" }],
      pullSecrets: ["regcred", "other", "unsure"],
    },
  });
  if (verdict.verdict === "current") throw new Error("it should roll");
  const noted = readRestartedFor(verdict.restart.restartedFor);
  expect(noted.get("regcred")).toEqual(contents.get("regcred"));
  expect(noted.get("other")).toEqual(contents.get("other"));
  expect(noted.get("unsure")).toEqual(before.get("unsure"));
});

test("what is noted is names, digests and times", () => {
  const text = writeRestartedFor(new Map([["regcred", holding({ r: stamp(1), s: kept(1) })]]));
  expect(JSON.parse(text)).toEqual({
    regcred: {
      shape: "s",
      registries: {
        r: { issued: "2026-11-21T11:00:00Z", expires: "2026-11-21T23:00:00Z", source: "a" },
        s: { issued: "2026-11-21T11:00:00Z", expires: null, source: "a" },
      },
    },
  });
});
