/** What STS says of a role that it doesn't give, and the statement that would make it. */
import { describeCall } from "./call.ts";
import { type AwsErrorRule, named, type SdkError } from "./sdk-error.ts";

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html#API_AssumeRole_Errors */
export const assumeRoleErrorRules: readonly AwsErrorRule[] = [
  {
    matches: named("MalformedPolicyDocument", "MalformedPolicyDocumentException"),
    explain: (call) => ({
      kind: "malformed",
      message: `STS can't read the session policy of ${describeCall(call)}`,
      hint: "Put the config's sessionPolicy right: `aws accessanalyzer validate-policy` says what is wrong with it.",
    }),
  },
  {
    // STS packs policy and tags into a format of its own, which has a limit of its own.
    matches: named("PackedPolicyTooLarge", "PackedPolicyTooLargeException"),
    explain: (call) => ({
      kind: "malformed",
      message: `the session policy of ${describeCall(call)} is too large for STS once it is packed`,
      hint: "Shorten the config's sessionPolicy, or move what all sessions share into a policy of the role.",
    }),
  },
  {
    matches: (error) => named("ValidationError")(error) && isAboutDuration(error),
    explain: (call) => ({
      kind: "denied",
      message: `STS gives no session of an hour for ${describeCall(call)}`,
      hint: "A role that a role assumes gives an hour at most, and no less: look for what else limits the role's sessions.",
    }),
  },
];

function isAboutDuration({ message }: SdkError): boolean {
  return /durationSeconds/i.test(message);
}

/**
 * The statement of a role's trust policy that lets somebody assume it, as JSON; undefined for whom
 * a policy can't name. STS names the session of a role, and policies name the role.
 */
export function trustStatement(principal: string): string | undefined {
  const [, partition, account, role] = sessionArn.exec(principal) ?? [];
  const AWS = role === undefined ? principal : `arn:${partition}:iam::${account}:role/${role}`;
  if (!iamArn.test(AWS)) return undefined;
  return JSON.stringify({ Effect: "Allow", Principal: { AWS }, Action: "sts:AssumeRole" });
}

const sessionArn = /^arn:(aws[a-z-]*):sts::(\d{12}):assumed-role\/([\w+=,.@-]{1,64})\//;
const iamArn = /^arn:aws[a-z-]*:iam::\d{12}:(role|user)\//;
