import type { DesiredPullSecret, Owner } from "../refresh/desired.ts";
import type { ImageReference } from "../registries/image-reference.ts";
import type { NextSteps } from "./next-steps.ts";

/** What a diagnosis is about. */
export interface Diagnosis {
  readonly cluster: string;
  readonly owner: Owner;
  /** What the config wants there. */
  readonly desired: readonly DesiredPullSecret[];
  /** Left to its runner: what its record tells is all that is looked at. */
  readonly isLeftAlone: boolean;
  /** Which the cluster's registry is asked for; undefined: none. */
  readonly image: ImageReference | undefined;
  readonly next: NextSteps;
  readonly now: () => Date;
}
