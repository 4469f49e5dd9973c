/** How long sessions of AWS roles are good, by which the schedule, an alarm and a sentinel go. Pure. */
import type { StageConfig } from "./stage-config.ts";

/**
 * A role that a role assumes gives an hour at most:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining
 */
export const sessionLifeMinutes = 60;

/**
 * The slowest schedule that keeps sessions fresh. They are due after 27 to 30 minutes, are renewed at
 * the next tick, and if that one fails at the one after it: ten minutes are left then, and SDKs want
 * a new session up to ten minutes before the end of the old one.
 */
export const longestSessionScheduleMinutes = 10;

/** Whether any pull secret holds sessions in place of logins. */
export function keepsSessions({ pullSecrets }: Pick<StageConfig, "pullSecrets">): boolean {
  return pullSecrets.some(({ format }) => format.type === "awsCredentials");
}
