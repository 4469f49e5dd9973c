/** Reaches all that a registration needs; what can't be reached is told all at once. */
import type { Narrator } from "../../registration/narrator.ts";
import { type ClusterFacts, meetCluster } from "../../registration/prepare-registration.ts";
import { type Problem, problemOf, RegistrationRefused } from "../../registration/problems.ts";
import type { RegistrationWish } from "../../registration/registration-wish.ts";
import type { StoredKubeconfigs } from "../../registration/stored-kubeconfigs.ts";
import type { AdminCluster } from "../../wiring/registration.ts";
import type { CliRun } from "../context.ts";
import { openStage, type StageContext } from "../stage/open-stage.ts";
import { requireDeployed } from "../stage/require-deployed.ts";
import { narratorFor } from "./narrate.ts";
import type { RegisterOptions, RegisterRequest } from "./register-options.ts";
import { wishOf } from "./wish.ts";

export interface OpenedRegistration extends AsyncDisposable {
  readonly wish: RegistrationWish;
  readonly stage: StageContext;
  readonly cluster: AdminCluster;
  readonly facts: ClusterFacts;
  readonly kubeconfigs: StoredKubeconfigs;
  readonly narrator: Narrator;
}

/** Which cluster, and where its API server is to be found. */
export type ClusterOptions = Pick<
  RegisterOptions,
  "context" | "kubeconfig" | "server" | "certificateAuthority"
>;

/** @throws RegistrationRefused, UsageError */
export async function openRegistration(
  request: RegisterRequest,
  options: RegisterOptions,
  run: CliRun,
): Promise<OpenedRegistration> {
  const narrator = narratorFor(run);
  const problems: Problem[] = [];
  const attempt = <T>(work: () => Promise<T>) => orProblem(work, problems);
  const found = await attempt(() => openStageFor(request, options, run));
  if (found) {
    await attempt(() => lookForStack(found.stage, narrator));
  }
  await using open = new AsyncDisposableStack();
  const cluster = await attempt(() => openCluster(options, run));
  open.use(cluster);
  const facts = cluster && (await attempt(() => meet(cluster, narrator)));
  const kubeconfigs = found && cluster && (await attempt(async () => storedFor(cluster, found)));
  if (problems.length > 0 || !found || !cluster || !facts || !kubeconfigs) {
    throw new RegistrationRefused(problems);
  }
  const held = open.move();
  const close = () => held.disposeAsync();
  return { ...found, cluster, facts, kubeconfigs, narrator, [Symbol.asyncDispose]: close };
}

async function orProblem<T>(work: () => Promise<T>, problems: Problem[]): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    problems.push(problemOf(error));
    return undefined;
  }
}

interface Found {
  readonly stage: StageContext;
  readonly wish: RegistrationWish;
}

/** With the wish, so that a config that doesn't mean this cluster is told before anything else. */
export async function openStageFor(
  request: RegisterRequest,
  options: RegisterOptions,
  run: CliRun,
): Promise<Found> {
  const stage = await openStage(options, run);
  return { stage, wish: wishOf(request, stage) };
}

function lookForStack(stage: StageContext, { look }: Narrator): Promise<void> {
  return look("Look for the deployed stack", async (retitle) => {
    const { name } = await requireDeployed(stage);
    retitle(`Deployed function ${name}`);
  });
}

export async function openCluster(options: ClusterOptions, run: CliRun): Promise<AdminCluster> {
  const { settings, terminal, now } = run.context;
  // Loaded when needed: with the transport, `--help` would take twice as long.
  const { openAdminCluster } = await import("../../wiring/registration.ts");
  return await openAdminCluster({
    server: options.server,
    certificateAuthority: options.certificateAuthority,
    kubeconfig: {
      kubeconfig: options.kubeconfig,
      context: options.context,
      env: settings.environment,
      home: settings.home,
      now,
      terminal: terminal.interactive ? terminal.stderr : undefined,
    },
    ...run.interrupt,
  });
}

export function meet(
  { admin, context, server }: AdminCluster,
  { look }: Narrator,
): Promise<ClusterFacts> {
  return look(`Connect to ${context} (${server})`, async (retitle) => {
    const facts = await meetCluster(admin);
    retitle(`Connected to ${context} (${server}), ${facts.version.gitVersion}`);
    return facts;
  });
}

function storedFor(cluster: AdminCluster, { stage, wish }: Found): StoredKubeconfigs {
  const { region, profile, config } = stage;
  const insecureTlsAllowed = config.allowInsecureTls.includes(wish.cluster);
  return cluster.kubeconfigsFor({ cluster: wish.cluster, insecureTlsAllowed, region, profile });
}
