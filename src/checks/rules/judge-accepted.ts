/** Whether an API server lets a record's credential in, and what to do if it doesn't. */
import type { StoredCredential } from "../../clusters/stored-credential.ts";
import type { Asked } from "../asked.ts";
import { catalogue, failed, passed, type Remark } from "../catalogue.ts";
import type { CheckResult } from "../check-report.ts";
import type { NextSteps } from "../next-steps.ts";

/** @param user whom the API server takes us for; undefined: it doesn't say */
export function judgeAccepted(
  user: Asked<string | undefined>,
  credential: StoredCredential,
  next: NextSteps,
): CheckResult {
  if (!user.error) {
    return judgeUser(user.answer, credential, next);
  }
  const { kind, message, hint } = user.error;
  if (kind !== "unauthorized") {
    return failed(catalogue.accepted, { message, hint });
  }
  // Without a status, nothing was sent: no token could be made (of EKS, by AWS), and it says why.
  return user.error.status === undefined
    ? failed(catalogue.accepted, { message, hint })
    : failed(catalogue.accepted, refusal(credential, next, hint));
}

/** https://kubernetes.io/docs/reference/access-authn-authz/authentication/#anonymous-requests */
const nobody = "system:anonymous";

function judgeUser(
  user: string | undefined,
  credential: StoredCredential,
  next: NextSteps,
): CheckResult {
  if (user === nobody) {
    return failed(catalogue.accepted, refusal(credential, next));
  }
  return passed(catalogue.accepted, user === undefined ? undefined : `as ${printable(user)}`);
}

/** The server's own text. */
function printable(user: string): string {
  return /^[\w:.@/+=,-]{1,200}$/.test(user) ? user : JSON.stringify(user.slice(0, 200));
}

/** @param hint of the connection, which knows for which cluster of EKS it signs */
function refusal({ kind }: StoredCredential, next: NextSteps, hint?: string): Remark {
  switch (kind) {
    case "service-account-token":
      return {
        message:
          "it takes the token for nobody's: expired, or its ServiceAccount or the cluster was deleted or made anew",
        hint: next.renew,
      };
    case "eks":
      return {
        message: "it takes the role that signed for nobody: the role has no access entry there",
        hint,
      };
    default:
      return {
        message: "it takes the credential for nobody's: expired, revoked, or of another cluster",
        hint: next.replace,
      };
  }
}
