/** Reaches what a removal needs: the record, and the cluster as an administrator. */
import { ClusterError, KubeconfigError, UserError } from "../../errors.ts";
import { type FoundRecord, findRecord } from "../../registration/found-record.ts";
import type { Narrator } from "../../registration/narrator.ts";
import type { RemovalWish } from "../../registration/removal/removal-wish.ts";
import type { AdminCluster } from "../../wiring/registration.ts";
import type { CliRun } from "../context.ts";
import { narratorFor } from "../register/narrate.ts";
import { meet, openCluster } from "../register/open-cluster.ts";
import { type FoundStage, findStage } from "../stage/open-stage.ts";
import { unlessStopped } from "../terminal/interrupt.ts";
import type { UnregisterOptions, UnregisterRequest } from "./unregister-options.ts";

export interface OpenedRemoval extends AsyncDisposable {
  readonly wish: RemovalWish;
  readonly stage: FoundStage;
  readonly record: FoundRecord | undefined;
  /** Undefined: the cluster is gone. */
  readonly cluster: AdminCluster | undefined;
  /** As the API server calls the administrator. */
  readonly user: string | undefined;
  readonly narrator: Narrator;
}

/** @throws UserError, AwsError, ClusterError */
export async function openRemoval(
  request: UnregisterRequest,
  options: UnregisterOptions,
  run: CliRun,
): Promise<OpenedRemoval> {
  const narrator = narratorFor(run);
  const stage = await findStage(options, run);
  const { readRecorded, normalisedAddress } = await import("../../wiring/removal.ts");
  const reading = findRecord(request.cluster, stage.clusters, readRecorded);
  const record = await unlessStopped(reading, run.interrupt.stop);
  const server = request.server && normalisedAddress(request.server);
  const wish = { ...request, server, owner: stage.owner };
  const opened = { wish, stage, record, narrator };
  if (request.clusterGone) {
    const close = async () => {};
    return { ...opened, cluster: undefined, user: undefined, [Symbol.asyncDispose]: close };
  }
  await using open = new AsyncDisposableStack();
  const cluster = open.use(await orGone(openRecorded(opened, options, run)));
  const { user } = await orGone(meet(cluster, narrator));
  const held = open.move();
  return { ...opened, cluster, user, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

/** A cluster of EKS takes the AWS credentials of whoever removes it, unless they name a context. */
async function openRecorded(
  { record, stage }: Pick<OpenedRemoval, "record" | "stage">,
  { context, kubeconfig }: UnregisterOptions,
  run: CliRun,
): Promise<AdminCluster> {
  const recorded = record?.access instanceof KubeconfigError ? undefined : record?.access.eks;
  if (recorded === undefined || context !== undefined || kubeconfig !== undefined) {
    return await openCluster({ context, kubeconfig }, run);
  }
  const { wireEks } = await import("../../wiring/removal.ts");
  const { openEksCluster } = await import("../../wiring/eks-cluster.ts");
  const { cluster, region } = recorded;
  const { profile } = stage;
  const eks = await wireEks(region, profile).describeCluster(cluster);
  if (eks === undefined) {
    throw new UserError(`there is no EKS cluster ${cluster} in ${region}`, { hint: goneHint });
  }
  const { now } = run.context;
  const place = { eks, region, profile, kubeconfig: undefined };
  return await openEksCluster({ ...run.interrupt, ...place, now });
}

const goneHint = "--cluster-gone removes the record of a cluster that is gone for good";

/** Says what to do where there is nothing left to connect to. */
async function orGone<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof KubeconfigError) {
      throw new KubeconfigError(error.message, { hint: withGone(error.hint) });
    }
    if (error instanceof ClusterError && /^(unreachable|timeout|tls)$/.test(error.kind)) {
      throw new ClusterError(error.kind, error.message, { hint: withGone(error.hint) });
    }
    throw error;
  }
}

function withGone(hint: string | undefined): string {
  if (hint === undefined) {
    return goneHint;
  }
  return /[.?]$/.test(hint) ? `${hint} ${goneHint}` : `${hint}; ${goneHint}`;
}
