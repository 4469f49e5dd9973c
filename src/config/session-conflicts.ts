/** A schedule that is right by itself, but too slow for sessions of AWS roles. */
import * as z from "zod";
import { schedule } from "./fields.ts";
import type { PathProblem } from "./problems.ts";
import { longestSessionScheduleMinutes, sessionLifeMinutes } from "./session-life.ts";

const anySchedule = z.object({ schedule });
const awsCredentials = z.looseObject({
  format: z.looseObject({ type: z.literal("awsCredentials") }),
});

/** @param pullSecrets as they are written */
export function sessionConflicts(config: unknown, pullSecrets: readonly unknown[]): PathProblem[] {
  const found = anySchedule.safeParse(config).data?.schedule;
  const at = pullSecrets.findIndex((each) => awsCredentials.safeParse(each).success);
  if (at === -1 || !found || found.periodMinutes <= longestSessionScheduleMinutes) return [];
  const message =
    `pullSecrets[${at}] has the format awsCredentials, whose sessions last ${sessionLifeMinutes} ` +
    `minutes and are renewed after ${sessionLifeMinutes / 2}: expected ` +
    `rate(${longestSessionScheduleMinutes} minutes) or less, so that a tick may fail and pods still ` +
    `find a new one ${longestSessionScheduleMinutes} minutes before the end, found ` +
    found.expression;
  return [{ path: ["schedule"], message }];
}
