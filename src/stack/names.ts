/** What `serverless.yml` calls the parts of a stage, and which stages those names leave room for. */

export interface StackNames {
  readonly refreshFunction: string;
  /** EventBridge's rule, which fires dispatch. */
  readonly schedule: string;
  readonly deadLetterQueue: string;
}

/**
 * A stack's name takes no others: a stage of the config may also have dots and underscores.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
 */
const stagePattern = /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/;

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const maxRoleNameLength = 64;

/**
 * Of all names, the dispatch function's role has the longest, and the lowest limit: 28 characters
 * are left for the stage in us-east-1, 23 in ap-southeast-2.
 */
export function longestStage(region: string): number {
  return maxRoleNameLength - `ecr-pull-secrets--dispatch-${region}`.length;
}

/** Undefined: no stage of that name can be deployed there. */
export function stackNames(stage: string, region: string): StackNames | undefined {
  if (!stagePattern.test(stage) || stage.length > longestStage(region)) {
    return undefined;
  }
  const stack = `ecr-pull-secrets-${stage}`;
  return {
    refreshFunction: `${stack}-refresh`,
    schedule: `${stack}-dispatch`,
    deadLetterQueue: `${stack}-refresh-dlq.fifo`,
  };
}
