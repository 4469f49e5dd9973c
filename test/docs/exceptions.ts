/** Commands that no test runs, and why none can. Whoever adds one says what keeps it true instead. */

export interface Exception {
  /** As the document has it, in one line. */
  readonly command: string;
  readonly why: string;
}

export const exceptions: readonly Exception[] = [
  {
    command:
      "npx ecr-pull-secrets check prod-eu --image 111122223333.dkr.ecr.us-east-1.amazonaws.com/team/app:1.4 --stage prod",
    why: "The emulator has no registry under ECR's names: test/e2e/images types it against a real one.",
  },
];
