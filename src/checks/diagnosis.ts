import type { DesiredPullSecret, Owner } from "../refresh/desired.ts";
import type { NextSteps } from "./next-steps.ts";

/** What a diagnosis is about. */
export interface Diagnosis {
  readonly cluster: string;
  readonly owner: Owner;
  /** What the config wants there. */
  readonly desired: readonly DesiredPullSecret[];
  readonly next: NextSteps;
  readonly now: () => Date;
}
