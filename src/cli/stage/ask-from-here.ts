/** Asks about registered clusters from this machine, in place of the deployed function. */
import { UserError } from "../../errors.ts";
import type { CliRun } from "../context.ts";
import type { Registered } from "./open-registered.ts";
import type { StageContext } from "./open-stage.ts";

export async function askFromHere(stage: StageContext, _run: CliRun): Promise<Registered["ask"]> {
  throw new UserError(`the clusters of ${stage.stage} can't be reached from here yet`);
}
