/** Plans for all registered clusters that need one; what stands in the way of one stops no other. */
import { findRecord } from "../../../registration/found-record.ts";
import type { RegistrationPlan } from "../../../registration/plan-registration.ts";
import { prepareRegistration } from "../../../registration/prepare-registration.ts";
import { type Problem, problemsOf } from "../../../registration/problems.ts";
import { chooseDue, type DueClusters } from "../../../registration/rules/choose-due.ts";
import type { DeployedFunction } from "../../../stack/deployed-stack.ts";
import type { CliRun } from "../../context.ts";
import { openStage, type StageContext } from "../../stage/open-stage.ts";
import { requireDeployed } from "../../stage/require-deployed.ts";
import { unlessStopped } from "../../terminal/interrupt.ts";
import { trustedOptions } from "../open-cluster.ts";
import { type OpenedRegistration, openRegistration } from "../open-registration.ts";
import type { RegisterOptions } from "../register-options.ts";
import { isLocated, type Located, locate } from "./locate.ts";

export interface Prepared {
  readonly plan: RegistrationPlan;
  readonly opened: OpenedRegistration;
}

export interface PreparedAll {
  readonly stage: StageContext;
  readonly chosen: DueClusters;
  readonly prepared: readonly Prepared[];
  readonly problems: readonly Problem[];
}

interface Given {
  readonly stage: StageContext;
  readonly deployed: DeployedFunction;
}

/** @param open what is opened is closed with it @throws UserError, AwsError */
export async function prepareAll(
  options: RegisterOptions,
  cli: CliRun,
  open: AsyncDisposableStack,
): Promise<PreparedAll> {
  const stage = await openStage(options, cli);
  const { stop } = cli.interrupt;
  const deployed = await unlessStopped(requireDeployed(stage), stop);
  const { clusters } = await unlessStopped(stage.clusters.list(), stop);
  const { renew = false } = options;
  const rules = { pullSecrets: stage.config.pullSecrets, owner: stage.owner };
  const everyone = renew || options.recheck === true;
  const chosen = chooseDue(clusters, { ...rules, everyone });
  const problems: Problem[] = [];
  const prepared: Prepared[] = [];
  for (const located of await locateAll(chosen, stage, options, cli)) {
    if (!isLocated(located)) {
      problems.push(located);
      continue;
    }
    const one = await prepareOne(located, { stage, deployed }, options, cli).catch(problemsOf);
    if ("plan" in one) {
      open.use(one.opened);
      prepared.push(one);
    } else {
      problems.push(...one.map((problem) => within(located.request.cluster, problem)));
    }
  }
  return { stage, chosen, prepared, problems };
}

async function locateAll(
  { due }: DueClusters,
  stage: StageContext,
  options: RegisterOptions,
  cli: CliRun,
): Promise<readonly (Located | Problem)[]> {
  if (due.length === 0) {
    return [];
  }
  const { contextsByServer } = await import("../../../wiring/contexts.ts");
  const { readRecorded } = await import("../../../wiring/removal.ts");
  const contextOf = await contextsByServer(trustedOptions(options, cli));
  const { renew = false, withoutPolicy = false } = options;
  const rules = { contextOf, renew, withPolicy: !withoutPolicy, stage: stage.owner.stage };
  const all: (Located | Problem)[] = [];
  for (const { name } of due) {
    const reading = findRecord(name, stage.clusters, readRecorded);
    const record = await unlessStopped(reading, cli.interrupt.stop);
    const located = locate(name, record, rules);
    all.push(...(located === undefined ? [] : [located]));
  }
  return all;
}

async function prepareOne(
  { request, context }: Located,
  given: Given,
  options: RegisterOptions,
  cli: CliRun,
): Promise<Prepared> {
  const opened = await openRegistration(request, { ...options, context }, cli, given);
  try {
    const ports = { ...opened.stage, ...opened, admin: opened.cluster.admin };
    return { opened, plan: await prepareRegistration(opened.wish, opened.facts, ports) };
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}

function within(cluster: string, { message, hint }: Problem): Problem {
  return { message: message.includes(cluster) ? message : `${cluster}: ${message}`, hint };
}
