/** From options to a sweep that is planned: reached, identified, resolved. */
import { matchesCluster } from "../../config/stage-config.ts";
import { startDeadline } from "../../deadline.ts";
import { UsageError } from "../../errors.ts";
import { desiredPullSecrets } from "../../refresh/desired.ts";
import { type PlannedSweep, planCluster } from "../../refresh/refresh-cluster.ts";
import { localStage } from "../../refresh/rules/ownership.ts";
import type { LocalParts } from "../../wiring/local.ts";
import type { CliContext, CliRun } from "../context.ts";
import { count } from "../print/wording.ts";
import { chooseRegion } from "../stage/choose-region.ts";
import { unlessStopped } from "../terminal/interrupt.ts";
import { type RunStep, stepsOn } from "../terminal/steps.ts";
import { pullSecretsWanted } from "./pull-secrets-wanted.ts";
import type { TargetOptions } from "./target-options.ts";

export interface LocalSweep extends LocalParts {
  readonly planned: PlannedSweep;
}

/** A person waits: longer than this, and something is wrong that more waiting doesn't mend. */
const planTime = { limitMs: 120_000, marginMs: 0 };

/**
 * Plans a sweep and hands it on; the connection is closed when that is done, however it ends.
 * @throws UserError, ClusterError, AwsError
 */
export async function withLocalSweep<T>(
  options: TargetOptions,
  run: CliRun,
  use: (sweep: LocalSweep) => Promise<T>,
): Promise<T> {
  const { region } = await chooseRegion(options, run.context.settings);
  const wanted = await pullSecretsWanted(options, region);
  const parts = await wire(options, run.context, region);
  try {
    return await use({ ...parts, planned: await planFrom(parts, { wanted, region, run }) });
  } finally {
    await parts.connection.close();
  }
}

interface Wish {
  readonly wanted: Awaited<ReturnType<typeof pullSecretsWanted>>;
  readonly region: string;
  readonly run: CliRun;
}

async function planFrom(parts: LocalParts, { wanted, region, run }: Wish): Promise<PlannedSweep> {
  const { connection, context: cluster, server } = parts;
  const { stop } = run.interrupt;
  const show = stepsOn(run.context.terminal);
  const step: RunStep = (title, work) =>
    show(title, (retitle) => unlessStopped(work(retitle), stop));
  using deadline = startDeadline(planTime, stop);

  if (!wanted.some((pullSecret) => matchesCluster(pullSecret, cluster))) {
    throw new UsageError(`no pull secret of the config is for a cluster named ${cluster}`, {
      hint: "name the cluster under `clusters`, or leave the config out and use --name",
    });
  }
  const account = await step("Ask AWS who is calling", async (retitle) => {
    const id = await parts.callerAccount();
    retitle(`AWS account ${id}, ${region}`);
    return id;
  });
  const owner = { account, region, stage: localStage };
  const desired = desiredPullSecrets(wanted, cluster, owner);
  await step(`Connect to ${cluster} (${server})`, async (retitle) => {
    await connection.warm();
    retitle(
      `Connected to ${cluster} (${server}) over ${protocolNames[connection.protocol ?? "h2"]}`,
    );
  });
  // Awaited here: the deadline's timers end with this scope.
  return await step("Observe", async (retitle) => {
    const api = connection.api(deadline.stop);
    const { credentials } = parts;
    const { now } = run.context;
    const planned = await planCluster({ cluster, owner, desired }, { api, credentials, now });
    const { known, selected } = planned.plan.namespaces;
    retitle(`Observed ${count(known, "namespace")}, of which ${selected} selected`);
    return planned;
  });
}

const protocolNames = { h2: "HTTP/2", "http/1.1": "HTTP/1.1" } as const;

async function wire(
  options: TargetOptions,
  { settings, now, terminal }: CliContext,
  region: string,
): Promise<LocalParts> {
  // Loaded when needed: with the AWS clients, `--help` would take twice as long.
  const { wireLocal } = await import("../../wiring/local.ts");
  return wireLocal({
    region,
    profile: options.profile,
    kubeconfig: {
      kubeconfig: options.kubeconfig,
      context: options.context,
      env: settings.environment,
      home: settings.home,
      now,
      terminal: terminal.interactive ? terminal.stderr : undefined,
    },
  });
}
