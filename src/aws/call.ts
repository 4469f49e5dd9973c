/** One call to AWS, as messages name it. */
export interface AwsCall {
  /** As IAM writes it: `ecr:GetAuthorizationToken`. */
  readonly action: `${string}:${string}`;
  readonly region: string;
  /** The role that is to be assumed, or as which the call is made. */
  readonly roleArn?: string | undefined;
  /** The name of the secret that it is about. */
  readonly secret?: string | undefined;
}

export function describeCall({ action, region, roleArn, secret }: AwsCall): string {
  if (action === "sts:AssumeRole") {
    return `${action} on ${roleArn}`;
  }
  const subject = secret === undefined ? action : `${action} on ${secret}`;
  return `${subject} in ${region}${roleArn === undefined ? "" : ` as ${roleArn}`}`;
}
