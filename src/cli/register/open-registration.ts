/** Reaches all that a registration needs; what can't be reached is told all at once. */
import type { StoredCredential } from "../../clusters/stored-credential.ts";
import type { AccessKind } from "../../registration/access/access-kind.ts";
import type { StoredKubeconfigs } from "../../registration/access/stored-kubeconfigs.ts";
import type { Narrator } from "../../registration/narrator.ts";
import type { ClusterFacts } from "../../registration/prepare-registration.ts";
import { type Problem, problemOf, RegistrationRefused } from "../../registration/problems.ts";
import type { RegistrationWish } from "../../registration/registration-wish.ts";
import type { DeployedFunction } from "../../stack/deployed-stack.ts";
import type { AdminCluster } from "../../wiring/registration.ts";
import type { CliRun } from "../context.ts";
import { openStage, type StageContext } from "../stage/open-stage.ts";
import { requireDeployed } from "../stage/require-deployed.ts";
import { narratorFor } from "./narrate.ts";
import { meet } from "./open-cluster.ts";
import { openWay } from "./open-way.ts";
import type { RegisterOptions } from "./register-options.ts";
import type { RegisterRequest } from "./register-request.ts";
import { wishOf } from "./wish.ts";

export interface OpenedRegistration extends AsyncDisposable {
  readonly wish: RegistrationWish;
  readonly stage: StageContext;
  readonly cluster: AdminCluster;
  /** Of a kubeconfig that is stored as it is; undefined: it is another kind of access. */
  readonly brought: StoredCredential | undefined;
  readonly facts: ClusterFacts;
  readonly kubeconfigs: StoredKubeconfigs;
  readonly narrator: Narrator;
}

/** What several registrations have in common. */
export interface GivenStage {
  readonly stage: StageContext;
  readonly deployed: DeployedFunction;
}

/** @throws RegistrationRefused, UsageError */
export async function openRegistration(
  request: RegisterRequest,
  options: RegisterOptions,
  run: CliRun,
  given?: GivenStage,
): Promise<OpenedRegistration> {
  const narrator = narratorFor(run);
  const problems: Problem[] = [];
  const attempt = <T>(work: () => Promise<T>) => orProblem(work, problems);
  const named = await attempt(async () =>
    given ? ofStage(request, given.stage) : openStageFor(request, options, run),
  );
  const stage = named?.stage;
  const deployed =
    given?.deployed ?? (stage && (await attempt(() => lookForStack(stage, narrator))));
  await using open = new AsyncDisposableStack();
  const sources = { stage, deployed, narrator };
  const way = await attempt(() => openWay(request, sources, options, run));
  const cluster = open.use(way?.cluster);
  const facts = cluster && (way?.facts ?? (await attempt(() => meet(cluster, narrator))));
  const found = named && withAccess(named, way?.access);
  problems.push(...(found ? strandedIf(found.wish) : []));
  const kubeconfigs = found && cluster && (await attempt(async () => storedFor(cluster, found)));
  if (problems.length > 0 || !found || !cluster || !facts || !kubeconfigs) {
    throw new RegistrationRefused(problems);
  }
  const ways = { cluster, brought: way?.brought };
  const held = open.move();
  const close = () => held.disposeAsync();
  return { ...found, ...ways, facts, kubeconfigs, narrator, [Symbol.asyncDispose]: close };
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

function withAccess({ stage, wish }: Found, access: AccessKind | undefined): Found {
  return { stage, wish: access ? { ...wish, access } : wish };
}

/** What only the function can prove is no way in for somebody else. */
function strandedIf({ cluster, isLocal, access }: RegistrationWish): Problem[] {
  if (!isLocal || access.judgeDeployed === undefined) {
    return [];
  }
  const message = `that way lets in the deployed function's role, and the function leaves ${cluster} to a runner (localClusters)`;
  const hint =
    "without --eks or --as-is it gets a ServiceAccount, whose token its runner can use; or take it out of localClusters, and deploy";
  return [{ message, hint }];
}

/** With the wish, so that a config that doesn't mean this cluster is told before anything else. */
export async function openStageFor(
  request: RegisterRequest,
  options: RegisterOptions,
  run: CliRun,
): Promise<Found> {
  const stage = await openStage(options, run);
  return ofStage(request, stage);
}

function ofStage(request: RegisterRequest, stage: StageContext): Found {
  return { stage, wish: wishOf(request, stage) };
}

function lookForStack(stage: StageContext, { look }: Narrator): Promise<DeployedFunction> {
  return look("Look for the deployed stack", async (retitle) => {
    const deployed = await requireDeployed(stage);
    retitle(`Deployed function ${deployed.name}`);
    return deployed;
  });
}

function storedFor(cluster: AdminCluster, { stage, wish }: Found): StoredKubeconfigs {
  const { region, profile, config } = stage;
  const insecureTlsAllowed = config.allowInsecureTls.includes(wish.cluster);
  return cluster.kubeconfigsFor({ cluster: wish.cluster, insecureTlsAllowed, region, profile });
}
