/** What the credential may do, against what it should: no less, and no more. */
import type { Proof } from "../../rights/prove-rights.ts";
import { type Check, catalogue, failed, passed, skipped, untold, warned } from "../catalogue.ts";
import type { CheckResult } from "../check-report.ts";

export interface ProvenRights {
  readonly proofs: readonly Proof[];
  /** Whether the API server has ValidatingAdmissionPolicy at all. */
  readonly serverHasPolicies: boolean;
  /** The command that puts rights right. */
  readonly remedy: string;
}

/** Each right that is missing, and each that is too much, is a line of its own. */
export function judgeRights({ proofs, ...about }: ProvenRights): readonly CheckResult[] {
  const needed = proofs.filter(({ expected }) => expected === "allowed");
  const refusals = proofs.filter(({ expected }) => expected === "refused");
  const [byPolicy = [], byRbac = []] = [true, false].map((policy) =>
    refusals.filter(({ needsPolicy }) => needsPolicy === policy),
  );
  const granted = judgeEach(catalogue.needed, needed, about);
  const isGranted = granted.every(({ result }) => result === "ok");
  return [
    ...granted,
    ...judgeEach(catalogue.refused, byRbac, about),
    ...judgePolicy(byPolicy, { ...about, isGranted }),
  ];
}

interface PolicyCircumstances extends Omit<ProvenRights, "proofs"> {
  /** RBAC lets the attempts through, so that it is the policy that refuses them. */
  readonly isGranted: boolean;
}

function judgePolicy(
  proofs: readonly Proof[],
  { serverHasPolicies, isGranted, remedy }: PolicyCircumstances,
): readonly CheckResult[] {
  // Where the server has none, that is said of its version.
  if (!serverHasPolicies) {
    return [skipped(catalogue.policy, catalogue.version)];
  }
  if (proofs.length === 0) {
    return [untold(catalogue.policy, "there is no place in the cluster to try it")];
  }
  return isGranted || proofs.some(({ ok }) => !ok)
    ? judgeEach(catalogue.policy, proofs, { remedy })
    : [skipped(catalogue.policy, catalogue.needed)];
}

/** An administrator's kubeconfig may all that it shouldn't: nobody reads sixty lines of it. */
const maxLines = 8;

function judgeEach(
  check: Check,
  proofs: readonly Proof[],
  { remedy }: Pick<ProvenRights, "remedy">,
): readonly CheckResult[] {
  const wrong = proofs.filter(({ ok, found }) => !ok && found !== "unclear");
  const unclear = proofs.filter(({ found }) => found === "unclear");
  if (wrong.length + unclear.length === 0) {
    return [passed(check, `${proofs.length} of ${proofs.length}`)];
  }
  if (wrong.length > maxLines) {
    const some = wrong.slice(0, maxLines).map(({ what }) => what);
    const message = `${wrong.length} of ${proofs.length} are ${wrong[0]?.found}: ${some.join(", ")} and ${wrong.length - maxLines} more`;
    return [failed(check, { message, hint: remedy })];
  }
  return [
    ...wrong.map(({ what, found }) =>
      failed(check, { message: `${what}: is ${found}`, hint: remedy }),
    ),
    ...unclear.map(({ what, message = "no clear answer" }) =>
      warned(check, { message: `${what}: ${message}` }),
    ),
  ];
}
