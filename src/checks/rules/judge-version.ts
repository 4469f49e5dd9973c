/** Whether an API server is of a version that this program can work with. */
import type { Asked } from "../asked.ts";
import { catalogue, failed, passed, skipped, warned } from "../catalogue.ts";
import type { CheckResult } from "../check-report.ts";
import type { NextSteps } from "../next-steps.ts";
import type { ServerVersion } from "../ports.ts";

/** Server-side apply is GA. https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
const oldestMinor = 22;
/** https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/ */
const firstMinorWithPolicies = 30;
/** What the end-to-end tests run. */
const testedMinor = 36;

/** Unknown counts as yes: what is missing is then said, and not excused. */
export function hasPolicies({ answer }: Asked<ServerVersion>): boolean {
  return answer === undefined || answer.major > 1 || answer.minor >= firstMinorWithPolicies;
}

export function judgeVersion(version: Asked<ServerVersion>, next: NextSteps): CheckResult {
  const check = catalogue.version;
  if (version.error) {
    return judgeSilence(version.error);
  }
  const { gitVersion, major, minor } = version.answer;
  if (major !== 1) {
    return warned(check, { message: `${gitVersion}: this program was made for Kubernetes 1` });
  }
  if (minor < oldestMinor) {
    return failed(check, {
      message: `${gitVersion} has no server-side apply, with which secrets are written`,
      hint: `upgrade the cluster to 1.${firstMinorWithPolicies} or later`,
    });
  }
  if (minor < firstMinorWithPolicies) {
    return warned(check, {
      message: `${gitVersion} has no ValidatingAdmissionPolicy: whoever steals the record can do more there than overwrite pull secrets`,
      hint: `upgrade the cluster to 1.${firstMinorWithPolicies} or later, then: ${next.register}`,
    });
  }
  const isNewer = minor > testedMinor;
  return passed(
    check,
    isNewer ? `${gitVersion}, newer than what this was tested with (1.${testedMinor})` : gitVersion,
  );
}

/** Everybody who is let in may ask for the version, unless an administrator took that away. */
function judgeSilence({ kind, message, hint }: NonNullable<Asked<never>["error"]>): CheckResult {
  if (kind === "unauthorized") {
    return skipped(catalogue.version, catalogue.accepted);
  }
  return kind === "forbidden"
    ? warned(catalogue.version, { message: "the API server doesn't tell its version" })
    : failed(catalogue.version, { message, hint });
}
