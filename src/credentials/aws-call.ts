/** One call to AWS, as messages name it. */
export interface AwsCall {
  readonly action: "ecr:GetAuthorizationToken" | "sts:AssumeRole" | "sts:GetCallerIdentity";
  readonly region: string;
  /** The role that is to be assumed, or as which the call is made. */
  readonly roleArn?: string | undefined;
}

export function describeCall({ action, region, roleArn }: AwsCall): string {
  if (roleArn === undefined) {
    return `${action} in ${region}`;
  }
  return action === "sts:AssumeRole"
    ? `${action} on ${roleArn}`
    : `${action} in ${region} as ${roleArn}`;
}
