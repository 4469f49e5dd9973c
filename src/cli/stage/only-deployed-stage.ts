/** Nobody named a stage: if just one is deployed, that is the one. */
import { UsageError } from "../../errors.ts";
import { deployCommand } from "../../stack/deploy-command.ts";
import type { StageWiring } from "../../wiring/stage.ts";
import type { ChosenRegion } from "./choose-region.ts";
import { configuredStages } from "./stage-name.ts";

interface Place extends ChosenRegion {
  readonly account: string;
}

/** @param root where the folder `config` is. @throws UsageError, AwsError */
export async function onlyDeployedStage(
  wiring: Pick<StageWiring, "stackOf">,
  place: Place,
  root = ".",
): Promise<string> {
  const stages = await configuredStages(root);
  if (stages.length === 0) {
    throw new UsageError("no --stage, and no config/<stage>.yml here", {
      hint: "run this where the folder config is, or name the stage: --stage <stage>",
    });
  }
  const found = await Promise.all(
    stages.map(async (stage) => ((await wiring.stackOf(stage).refreshFunction()) ? [stage] : [])),
  );
  const [only, ...others] = found.flat();
  if (only === undefined) {
    throw noneDeployed(stages, place);
  }
  if (others.length > 0) {
    throw new UsageError(`several stages are deployed: ${found.flat().join(", ")}`, {
      hint: `name the one that is meant: --stage ${only}`,
    });
  }
  return only;
}

function noneDeployed(stages: readonly string[], { region, regionFrom, account }: Place) {
  const where = `in ${region} (by ${regionFrom}), account ${account}`;
  const [only = ""] = stages;
  const none = stages.length === 1 ? `stage ${only} is not` : `neither ${stages.join(" nor ")} is`;
  return new UsageError(`no --stage, and ${none} deployed ${where}`, {
    hint: `${deployCommand({ stage: only, region })}, or name the region where it is: --region <region>`,
  });
}
