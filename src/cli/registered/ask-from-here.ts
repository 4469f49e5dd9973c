/** Asks about registered clusters from this machine, in place of the deployed function. */
import { startDeadline } from "../../deadline.ts";
import type { DeployedStack } from "../../stack/deployed-stack.ts";
import type { CliRun } from "../context.ts";
import type { StageContext } from "../stage/open-stage.ts";

/** Far beyond what 500 namespaces take; what is left after it is reported, not forgotten. */
const askTime = { limitMs: 300_000, marginMs: 15_000 };

export async function askFromHere(
  { owner, profile, config }: StageContext,
  { context, interrupt }: CliRun,
): Promise<DeployedStack["ask"]> {
  // Loaded when needed, as all that brings the AWS clients along.
  const { wireHere } = await import("../../wiring/here.ts");
  const here = wireHere({ owner, profile, config, now: context.now });
  return async (cluster, mode, image) => {
    using deadline = startDeadline(askTime, interrupt.stop);
    const abort = AbortSignal.any([deadline.abort, interrupt.abort]);
    // Awaited here: the deadline's timers end with this scope.
    return await here.ask(cluster, { mode, image }, { ...deadline, abort });
  };
}
