/** Where only the deployed function can use the credential, its own diagnosis has to prove it. */
import { UserError } from "../../errors.ts";
import type { DeployedStack } from "../../stack/deployed-stack.ts";
import type { Narrator } from "../narrator.ts";
import type { AccessKind } from "./access-kind.ts";
import type { ProofTime } from "./prove-access.ts";

export interface ProveDeployedPorts extends ProofTime {
  readonly stack: Pick<DeployedStack, "ask">;
  readonly narrator: Narrator;
}

/** An EKS control plane knows a new access entry only after a while. */
const patienceMs = 60_000;
const pauseMs = 5_000;

/** @throws UserError, AwsError */
export async function proveDeployed(
  cluster: string,
  judge: NonNullable<AccessKind["judgeDeployed"]>,
  { stack, narrator, now, sleep }: ProveDeployedPorts,
): Promise<void> {
  await narrator.look("Let the deployed function try it", async (retitle) => {
    const giveUpAt = now().getTime() + patienceMs;
    for (;;) {
      const problem = judge(await stack.ask(cluster, "check"));
      if (problem === undefined) {
        retitle("The deployed function gets in, and may do what it needs and no more");
        return;
      }
      if (now().getTime() >= giveUpAt) {
        const { message, hint } = problem;
        throw new UserError(message, hint === undefined ? {} : { hint });
      }
      await sleep(pauseMs);
    }
  });
}
