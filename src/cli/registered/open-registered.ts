/** The registered clusters that a command line means, and who is asked about them. */
import { compareNames } from "../../clusters/name-order.ts";
import type { DeployedStack } from "../../stack/deployed-stack.ts";
import type { CliRun } from "../context.ts";
import { type FoundStage, findStage, openStage } from "../stage/open-stage.ts";
import { requireDeployed } from "../stage/require-deployed.ts";
import type { StageOptions } from "../stage/stage-options.ts";
import { unlessStopped } from "../terminal/interrupt.ts";
import { askFromHere } from "./ask-from-here.ts";

export interface Registered {
  readonly stage: FoundStage;
  readonly names: readonly string[];
  /** On the command line; else they are all that are registered. */
  readonly areNamed: boolean;
  /** @throws AwsError, UserError */
  readonly ask: DeployedStack["ask"];
}

export interface RegisteredOptions extends StageOptions {
  /** Work from here, instead of asking the deployed function. */
  readonly local?: boolean;
}

/** @param names none: all that are registered. @throws UserError, AwsError */
export async function openRegistered(
  names: readonly string[],
  options: RegisteredOptions,
  run: CliRun,
): Promise<Registered> {
  const { stage, ask } = options.local ? await openHere(options, run) : await open(options, run);
  const areNamed = names.length > 0;
  return { stage, ask, areNamed, names: areNamed ? names : await allNames(stage, run) };
}

type Opened = Pick<Registered, "stage" | "ask">;

async function open(options: StageOptions, run: CliRun): Promise<Opened> {
  const stage = await findStage(options, run);
  await unlessStopped(requireDeployed(stage), run.interrupt.stop);
  return { stage, ask: stage.stack.ask };
}

async function openHere(options: StageOptions, run: CliRun): Promise<Opened> {
  const stage = await openStage(options, run);
  return { stage, ask: await askFromHere(stage, run) };
}

async function allNames({ clusters }: FoundStage, { interrupt }: CliRun) {
  const listing = await unlessStopped(clusters.list(), interrupt.stop);
  return listing.clusters.map(({ name }) => name).sort(compareNames);
}
