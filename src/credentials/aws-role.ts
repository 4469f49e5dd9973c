/** Sessions of a role, for pods: each is asked for when the sweep needs one, and kept nowhere. */
import { MintError } from "../errors.ts";
import type { AwsSessionCredential } from "../refresh/credential.ts";
import type { AwsRole } from "../refresh/registries.ts";
import type { SecretValue } from "../secret-value.ts";
import type { MintsFor } from "./credential-source.ts";

export interface AssumeRoleRequest {
  readonly roleArn: string;
  readonly sessionName: string;
  /** JSON; undefined: all that the role may. */
  readonly sessionPolicy: string | undefined;
  readonly durationSeconds: number;
}

export interface AssumeRoleAnswer {
  readonly accessKeyId: string;
  readonly secretAccessKey: SecretValue;
  readonly sessionToken: SecretValue;
  readonly expiresAt: Date;
}

export interface AssumeRoleApi {
  /** @throws MintError */
  assumeRole(request: AssumeRoleRequest): Promise<AssumeRoleAnswer>;
}

export interface AwsRoleSource extends MintsFor<AwsRole, AwsSessionCredential> {
  /** How many AssumeRole calls this source has made so far. */
  callsMade(): number;
}

/**
 * The function is a session of a role itself, and whoever goes from role to role gets an hour at most:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining
 */
const durationSeconds = 3_600;

export function createAwsRoleSource(deps: {
  readonly api: AssumeRoleApi;
  readonly now: () => Date;
}): AwsRoleSource {
  let callsMade = 0;
  return {
    async mint({ roleArn, sessionName, sessionPolicy }) {
      callsMade += 1;
      const issuedAt = deps.now();
      const request = { roleArn, sessionName, sessionPolicy, durationSeconds };
      const answer = await deps.api.assumeRole(request);
      if (answer.expiresAt <= issuedAt) throw alreadyOver(roleArn, answer.expiresAt);
      return { kind: "aws-session", ...answer, issuedAt };
    },
    // It opens AWS, and no registry's host.
    covers: () => false,
    callsMade: () => callsMade,
  };
}

function alreadyOver(roleArn: string, expiresAt: Date): MintError {
  return new MintError(
    "malformed",
    `the session of ${roleArn} that STS answered ended at ${expiresAt.toISOString()}, before it was asked for`,
    { hint: "Check this machine's clock." },
  );
}
