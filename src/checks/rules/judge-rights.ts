/** What the credential may do, against what it should: no less, and no more. */
import type { Proof } from "../../rights/prove-rights.ts";
import { type Check, catalogue, failed, passed, skipped, warned } from "../catalogue.ts";
import type { CheckResult } from "../check-report.ts";
import type { NextSteps } from "../next-steps.ts";

export interface ProvenRights {
  readonly proofs: readonly Proof[];
  /** Whether the API server has ValidatingAdmissionPolicy at all. */
  readonly serverHasPolicies: boolean;
}

/** Each right that is missing, and each that is too much, is a line of its own. */
export function judgeRights(
  { proofs, serverHasPolicies }: ProvenRights,
  next: NextSteps,
): readonly CheckResult[] {
  const needed = proofs.filter(({ expected }) => expected === "allowed");
  const refusals = proofs.filter(({ expected }) => expected === "refused");
  const [byPolicy = [], byRbac = []] = [true, false].map((policy) =>
    refusals.filter(({ needsPolicy }) => needsPolicy === policy),
  );
  return [
    ...judgeEach(catalogue.needed, needed, next),
    ...judgeEach(catalogue.refused, byRbac, next),
    // Where the server has none, that is said of its version.
    ...(serverHasPolicies
      ? judgeEach(catalogue.policy, byPolicy, next)
      : [skipped(catalogue.policy, catalogue.version)]),
  ];
}

/** An administrator's kubeconfig may all that it shouldn't: nobody reads sixty lines of it. */
const maxLines = 8;

function judgeEach(
  check: Check,
  proofs: readonly Proof[],
  next: NextSteps,
): readonly CheckResult[] {
  const wrong = proofs.filter(({ ok, found }) => !ok && found !== "unclear");
  const unclear = proofs.filter(({ found }) => found === "unclear");
  if (wrong.length + unclear.length === 0) {
    return [passed(check, `${proofs.length} of ${proofs.length}`)];
  }
  if (wrong.length > maxLines) {
    const some = wrong.slice(0, maxLines).map(({ what }) => what);
    const message = `${wrong.length} of ${proofs.length} are ${wrong[0]?.found}: ${some.join(", ")} and ${wrong.length - maxLines} more`;
    return [failed(check, { message, hint: next.register })];
  }
  return [
    ...wrong.map(({ what, found }) =>
      failed(check, { message: `${what}: is ${found}`, hint: next.register }),
    ),
    ...unclear.map(({ what, message = "no clear answer" }) =>
      warned(check, { message: `${what}: ${message}` }),
    ),
  ];
}
