/** The AWS region of a command, and who named it: the first thing to doubt when nothing is found. */
import { UsageError } from "../../errors.ts";
import type { Settings } from "../../settings.ts";
import { findRegion } from "../../wiring/region.ts";
import type { StageOptions } from "./stage-options.ts";

export interface ChosenRegion {
  readonly region: string;
  /** For people: `--region`, `AWS_REGION`, `the AWS profile`. */
  readonly regionFrom: string;
}

/** @throws UsageError, UserError */
export async function chooseRegion(
  { region: flag, profile }: Pick<StageOptions, "region" | "profile">,
  { environment }: Settings,
): Promise<ChosenRegion> {
  const region = await findRegion({ flag, environment, profile });
  if (region === undefined) {
    throw new UsageError(
      "no AWS region: neither --region, nor AWS_REGION, nor the profile has one",
      {
        hint: "name the region, for example --region us-east-1",
      },
    );
  }
  return { region, regionFrom: sourceOf(flag, environment) };
}

function sourceOf(flag: string | undefined, environment: Settings["environment"]): string {
  if (flag !== undefined) {
    return "--region";
  }
  return (
    ["AWS_REGION", "AWS_DEFAULT_REGION"].find((name) => environment[name]) ?? "the AWS profile"
  );
}
