import { UserError } from "../../errors.ts";
import { deployCommand } from "../../stack/deploy-command.ts";
import type { DeployedFunction } from "../../stack/deployed-stack.ts";
import type { FoundStage } from "./open-stage.ts";

/** The stage's refresh function. @throws UserError if there is none here, AwsError */
export async function requireDeployed(stage: FoundStage): Promise<DeployedFunction> {
  const found = await stage.stack.refreshFunction();
  if (found === undefined) {
    throw notDeployed(stage);
  }
  return found;
}

function notDeployed({ stage, region, regionFrom, account }: FoundStage): UserError {
  const where = `in ${region} (by ${regionFrom}), account ${account}`;
  return new UserError(`stage ${stage} is not deployed ${where}`, {
    hint: `${deployCommand({ stage, region })}, or name the region where it is: --region <region>`,
  });
}
