/** What the deployed function found when it tried the access that it was given. Pure. */
import { type Check, catalogue } from "../../checks/catalogue.ts";
import type { CheckResult } from "../../checks/check-report.ts";
import { checkReportSchema } from "../../checks/check-report-schema.ts";
import type { Owner } from "../../refresh/desired.ts";
import type { Problem } from "../../registration/problems.ts";
import { deployCommand } from "../../stack/deploy-command.ts";

/** The others judge what a first sweep brings about, or the stack. */
const aboutAccess: ReadonlySet<CheckResult["group"]> = new Set([
  "record",
  "network",
  "credential",
  "rights",
]);

/** Whoever goes without the second layer knows that nothing but RBAC refuses. */
export const withoutPolicy: readonly Check[] = [catalogue.policy];
/** Whoever brings a wider credential knows that it may more. */
export const withWiderRights: readonly Check[] = [catalogue.refused, catalogue.policy];

export interface JudgedStage {
  readonly owner: Pick<Owner, "stage" | "region">;
  /** Checks that somebody said may fail. */
  readonly waived?: readonly Check[];
}

/** Undefined: it gets in, and may do what it should. */
export function judgeCheck(
  cluster: string,
  answer: unknown,
  { owner, waived = [] }: JudgedStage,
): Problem | undefined {
  const { data } = checkReportSchema.safeParse(answer);
  if (data?.cluster !== cluster) {
    return {
      message: "the deployed function's diagnosis can't be read: it is another version",
      hint: `bring it to this version, then run this again: ${deployCommand(owner)}`,
    };
  }
  const about = data.checks.filter(({ group }) => aboutAccess.has(group));
  const isWaived = ({ check }: CheckResult) => waived.some((each) => each.check === check);
  const failed = about.filter((each) => each.result === "failed" && !isWaived(each));
  const [first] = failed;
  if (first) {
    return { message: describe(cluster, failed), hint: remedyOf(first, { cluster, owner }) };
  }
  // What nobody could ask isn't proved, even if nothing went wrong.
  const isProved = about.some(({ group, result }) => group === "rights" && result === "ok");
  return isProved
    ? undefined
    : {
        message: `the deployed function's diagnosis doesn't tell what it may do in ${cluster}`,
        hint: nextStep({ cluster, owner }),
      };
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

interface Place extends Pick<JudgedStage, "owner"> {
  readonly cluster: string;
}

function remedyOf({ group, hint }: CheckResult, place: Place): string {
  const remedy = hint ?? nextStep(place);
  // It knows the config that was deployed; the rights were granted by the one that lies here.
  return group === "rights"
    ? `if this config isn't deployed yet: ${deployCommand(place.owner)}; then run this again. If it is, ${remedy}`
    : remedy;
}

function nextStep({ cluster, owner }: Place): string {
  return `see all of it, then run this again: ecr-pull-secrets check ${cluster} --stage ${owner.stage}`;
}
