/** Which policy AWS says is missing, in ECR's answer to a pull that it refused. Pure. */
import { readDenial } from "../aws/denial.ts";

export interface EcrRefusal {
  /** IAM's name of the policy that says nothing, such as `resource-based policy`. */
  readonly missing: string | undefined;
  /** What it asked for, as IAM writes it: `ecr:BatchGetImage`. */
  readonly action: string | undefined;
  /** The policy that forbids it outright: no other can allow it then. */
  readonly denier: string | undefined;
  /** Who was refused, as the session that minted the token. */
  readonly principal: string | undefined;
}

/**
 * AWS names one kind of policy, even if several say no.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
const implicitDeny = /because no ([a-zA-Z -]{1,40}(?:policy|boundary)) allows/;

export function readEcrRefusal(text: string | undefined): EcrRefusal {
  const { principal, action, denier } = readDenial(text ?? "");
  return { principal, action, denier, missing: implicitDeny.exec(text ?? "")?.[1] };
}
