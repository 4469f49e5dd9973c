import type { DesiredPullSecret, Owner } from "../refresh/desired.ts";
import type { NextSteps } from "./next-steps.ts";

/** What a diagnosis is about. */
export interface Diagnosis {
  readonly cluster: string;
  readonly owner: Owner;
  /** What the config wants there. */
  readonly desired: readonly DesiredPullSecret[];
  /** Left to its runner: what its record tells is all that is looked at. */
  readonly isLeftAlone: boolean;
  readonly next: NextSteps;
  readonly now: () => Date;
}
