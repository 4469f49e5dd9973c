/** From options to a stage that is found: whose account, which region, which deployment. */
import type { ClusterStore, ClusterWriter } from "../../clusters/store.ts";
import { loadConfig } from "../../config/load.ts";
import type { StageConfig } from "../../config/stage-config.ts";
import type { Owner } from "../../refresh/desired.ts";
import type { DeployedStack } from "../../stack/deployed-stack.ts";
import type { StageWiring } from "../../wiring/stage.ts";
import type { CliRun } from "../context.ts";
import { unlessStopped } from "../terminal/interrupt.ts";
import { stepsOn } from "../terminal/steps.ts";
import { type ChosenRegion, chooseRegion } from "./choose-region.ts";
import { onlyDeployedStage } from "./only-deployed-stage.ts";
import { configFileOf, namedStage } from "./stage-name.ts";
import type { StageOptions } from "./stage-options.ts";

/** A stage in an account and region; whether it is deployed there, `requireDeployed` asks. */
export interface FoundStage extends ChosenRegion {
  readonly stage: string;
  readonly profile: string | undefined;
  readonly account: string;
  readonly owner: Owner;
  readonly stack: DeployedStack;
  readonly clusters: ClusterStore;
  readonly writer: ClusterWriter;
}

export interface StageContext extends FoundStage {
  /** `config/<stage>.yml` */
  readonly configFile: string;
  readonly config: StageConfig;
}

/** A stage with its config. @throws UserError, AwsError */
export async function openStage(options: StageOptions, run: CliRun): Promise<StageContext> {
  const named = namedStage(options.stage, run.context.settings);
  // What is wrong in a file is said before AWS is asked.
  const early = named === undefined ? undefined : await loadConfig(configFileOf(named));
  const found = await findStage(options, run);
  const configFile = configFileOf(found.stage);
  return { ...found, configFile, config: early ?? (await loadConfig(configFile)) };
}

/** A stage without its config: what is enough to ask what is deployed. @throws UserError, AwsError */
export async function findStage(options: StageOptions, run: CliRun): Promise<FoundStage> {
  const { context, interrupt } = run;
  const named = namedStage(options.stage, context.settings);
  const { profile } = options;
  const place = { ...(await chooseRegion(options, context.settings)), profile };
  // Loaded when needed: with the AWS clients, `--help` would take twice as long.
  const { wireStage } = await import("../../wiring/stage.ts");
  const wiring = wireStage(place);
  return stepsOn(context.terminal)("Ask AWS who is calling", (retitle) =>
    unlessStopped(find(wiring, { named, place, retitle }), interrupt.stop),
  );
}

interface Search {
  readonly named: string | undefined;
  readonly place: ChosenRegion & { readonly profile: string | undefined };
  readonly retitle: (title: string) => void;
}

async function find(wiring: StageWiring, { named, place, retitle }: Search): Promise<FoundStage> {
  const account = await wiring.callerAccount();
  const stage = named ?? (await onlyDeployedStage(wiring, { ...place, account }));
  const { region } = place;
  retitle(`Stage ${stage} in AWS account ${account}, ${region}`);
  return {
    ...place,
    stage,
    account,
    owner: { account, region, stage },
    stack: wiring.stackOf(stage),
    clusters: wiring.clustersOf(stage),
    writer: wiring.writerOf(stage),
  };
}
