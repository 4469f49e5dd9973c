/** Why a cluster isn't registered: everything that was found, so that a person mends it in one go. */
import { AwsError, ClusterError, UsageError, UserError } from "../errors.ts";

export interface Problem {
  readonly message: string;
  /** The next command, or one step. */
  readonly hint?: string | undefined;
}

/** Nothing was changed. */
export class RegistrationRefused extends UserError {
  override readonly name = "RegistrationRefused";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(({ message }) => message).join("\n"));
    this.problems = problems;
  }
}

/** Of all that is thrown, what somebody can do something about; the rest is a bug. */
export function isMendable(error: unknown): error is UserError | ClusterError | AwsError {
  return error instanceof UserError || error instanceof ClusterError || error instanceof AwsError;
}

/**
 * What a person can mend becomes a problem, so that others are looked for as well.
 * @throws what is a bug, and UsageError: there is no point in going on
 */
export function problemOf(error: unknown): Problem {
  if (!isMendable(error) || error instanceof UsageError) {
    throw error;
  }
  return { message: error.message, hint: error.hint };
}

/** All that it tells. @throws as `problemOf` */
export function problemsOf(error: unknown): readonly Problem[] {
  return error instanceof RegistrationRefused ? error.problems : [problemOf(error)];
}
