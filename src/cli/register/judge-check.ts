/** What the deployed function found when it tried the access that it was given. Pure. */
import type { CheckReport, CheckResult } from "../../checks/check-report.ts";
import { checkReportSchema } from "../../checks/check-report-schema.ts";
import type { Problem } from "../../registration/problems.ts";

/** The others judge what a first sweep brings about, or the stack. */
const aboutAccess: ReadonlySet<CheckResult["group"]> = new Set([
  "record",
  "network",
  "credential",
  "rights",
]);

/** Undefined: it gets in, and may do what it should. */
export function judgeCheck(cluster: string, answer: unknown): Problem | undefined {
  const { success, data } = checkReportSchema.safeParse(answer);
  if (!success) {
    return {
      message: "the deployed function's diagnosis can't be read: it is another version",
      hint: "npx serverless deploy brings it to this version; then run this again",
    };
  }
  const failed = data.checks.filter(isFailure);
  const [first] = failed;
  return first && { message: describe(cluster, failed), hint: first.hint ?? nextStep(cluster) };
}

function isFailure({ group, result }: CheckReport["checks"][number]): boolean {
  return result === "failed" && aboutAccess.has(group);
}

const maxNamed = 5;

function describe(cluster: string, failed: readonly CheckResult[]): string {
  const lines = failed
    .slice(0, maxNamed)
    .map(({ check, message }) => `not so: ${check}${message === undefined ? "" : ` (${message})`}`);
  const left = failed.length - lines.length;
  const more = left > 0 ? [`and ${left} more`] : [];
  return [`the deployed function can't work in ${cluster} yet`, ...lines, ...more].join("\n");
}

function nextStep(cluster: string): string {
  return `ecr-pull-secrets check ${cluster} shows all; then run this again`;
}
