import { expect, test } from "vitest";
import { noState } from "../../../src/clusters/record-state.ts";
import { stateAfter } from "../../../src/worker/state-after.ts";
import { sweptReport } from "./rotation/swept-report.ts";

const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 12, minute));
const end = at(40);
const unreachable = { kind: "unreachable", isSeen: false } as const;

test.each([
  ["what a sweep found", at(50).toISOString(), undefined, at(50)],
  ["nothing, where none are there", null, undefined, undefined],
  ["nothing, where the config wants none any more", undefined, undefined, undefined],
  ["what was known, of a cluster that can't be reached", null, unreachable, end],
  ["nothing, where the config wants none, of such a cluster", undefined, unreachable, undefined],
  ["what was left, of a sweep that failed in part", end.toISOString(), unreachable, end],
])("the sessions' end is noted as %s", (_, sessionsExpireAt, failed, noted) => {
  const report = {
    ...sweptReport(at(0), failed),
    ...(sessionsExpireAt !== undefined && { sessionsExpireAt }),
  };
  const after = stateAfter(report, { ...noState, sessionsExpireAt: end, expiresAt: at(59) });
  expect(after.sessionsExpireAt).toEqual(noted);
});
