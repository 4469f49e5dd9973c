/** The stack that is deployed for a stage, as the command line asks it. */

/** What the refresh function is asked to do with one cluster. */
export type AskMode = "sweep" | "plan" | "status" | "check";

export interface DeployedFunction {
  readonly name: string;
  /** The role that it runs as. */
  readonly roleArn: string;
}

/** Every method throws AwsError, and only that, unless it says otherwise. */
export interface DeployedStack {
  /** Undefined: no refresh function of this stage in this account and region. */
  refreshFunction(): Promise<DeployedFunction | undefined>;
  /**
   * Calls the refresh function and waits for its answer, which is parsed but not checked.
   * @param image for `check`: which the cluster's registry is asked for, by its name
   * @throws StackError: the function broke, or is another version than this program
   */
  ask(cluster: string, mode: AskMode, image?: string): Promise<unknown>;
  /** Of the schedule that fires dispatch; undefined: there is none. */
  schedule(): Promise<"enabled" | "disabled" | undefined>;
  /**
   * Messages in the dead-letter queue. Undefined: there is no such queue, or none that the caller may
   * see: SQS gives one answer to both.
   */
  deadLetters(): Promise<number | undefined>;
}
