/** Whose is a Secret that bears our name? Pure. */
import type { Owner } from "../desired.ts";

/** The stage of sweeps that nobody deployed: a trial from a laptop. */
export const localStage = "local";

export type Ownership =
  | "ours"
  /** Left by a trial: a deployed stage takes it over without asking. */
  | "trial"
  /** Another deployment's. */
  | "other"
  /** Made by a person or another tool. */
  | "foreign";

export function formatOwner(owner: Owner): string {
  return `${owner.account}/${owner.region}/${owner.stage}`;
}

export function ownership(written: string | undefined, owner: Owner): Ownership {
  if (written === undefined) {
    return "foreign";
  }
  if (written === formatOwner(owner)) {
    return "ours";
  }
  const deployed = owner.stage !== localStage;
  return deployed && written.endsWith(`/${localStage}`) ? "trial" : "other";
}
