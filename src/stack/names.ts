/** What a stage's parts are called in AWS, and which stages those names leave room for. */

export type FunctionName = "dispatch" | "refresh";

export interface StackNames {
  /** What all others begin with: those of alarms, queries and the dashboard, too. */
  readonly stack: string;
  readonly functions: Readonly<Record<FunctionName, string>>;
  /** EventBridge's rule, which fires dispatch. */
  readonly schedule: string;
  readonly refreshQueue: string;
  readonly deadLetterQueue: string;
  readonly topic: string;
}

/** Functions and schedule get them in `serverless.yml`, the rest in `src/deploy/template`. */
export function stackNames(stage: string): StackNames {
  const stack = `ecr-pull-secrets-${stage}`;
  return {
    stack,
    functions: { dispatch: `${stack}-dispatch`, refresh: `${stack}-refresh` },
    schedule: `${stack}-dispatch`,
    refreshQueue: `${stack}-refresh.fifo`,
    deadLetterQueue: `${stack}-refresh-dlq.fifo`,
    topic: `${stack}-alarms`,
  };
}

export function logGroupOf(functionName: string): string {
  return `/aws/lambda/${functionName}`;
}

/** Unlike the rest of a stack, a role belongs to no region, and a stage may be in several. */
export function roleName(stage: string, of: FunctionName, region: string): string {
  return `${stackNames(stage).functions[of]}-${region}`;
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
  return maxRoleNameLength - roleName("", "dispatch", region).length;
}

/** Whether a stage of that name can be deployed there. */
export function isDeployable(stage: string, region: string): boolean {
  return stagePattern.test(stage) && stage.length <= longestStage(region);
}
