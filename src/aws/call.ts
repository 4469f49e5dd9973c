/** One call to AWS, as messages name it. */
export interface AwsCall {
  /** As IAM writes it: `ecr:GetAuthorizationToken`. */
  readonly action: `${string}:${string}`;
  readonly region: string;
  /** The role that is to be assumed, or as which the call is made. */
  readonly roleArn?: string | undefined;
  /** The name of the secret that it is about. */
  readonly secret?: string | undefined;
  /** What else it is about, as people call it: `function ecr-pull-secrets-dev-refresh`. */
  readonly resource?: string | undefined;
}

export function describeCall(call: AwsCall): string {
  const { action, region, roleArn } = call;
  if (action === "sts:AssumeRole") {
    return `${action} on ${roleArn}`;
  }
  const what = call.resource ?? call.secret;
  const subject = what === undefined ? action : `${action} on ${what}`;
  return `${subject} in ${region}${roleArn === undefined ? "" : ` as ${roleArn}`}`;
}
