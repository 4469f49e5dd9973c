/**
 * Apply: mint what the plan needs, then write, link and delete, all of it tried, whatever fails.
 * Nothing new is started once the sweep is told to stop, or once the cluster can't be used at all.
 */
import { ClusterError } from "../errors.ts";
import { eachInParallel } from "./concurrency.ts";
import type { Ledger, Undone } from "./ledger.ts";
import { linkAccount } from "./link-account.ts";
import { mintFor } from "./mint.ts";
import type { Plan } from "./plan.ts";
import type { ClusterApi, CredentialSource, SweepProgress } from "./ports.ts";
import type { Judge, SecretWrite } from "./rules/judge-secret.ts";
import type { AccountLink } from "./rules/link-accounts.ts";
import type { SecretDeletion } from "./rules/orphans.ts";
import { type WriteContext, writeSecret } from "./write-secret.ts";

export interface ApplyContext {
  readonly api: ClusterApi;
  readonly credentials: CredentialSource;
  readonly judge: Judge;
  /** Aborted, with a StopReason, when no new work may start. */
  readonly stop: AbortSignal;
  readonly progress: SweepProgress;
  readonly ledger: Ledger;
}

/** One thing to do in the cluster, and where it belongs in the report. */
interface Task extends Undone {
  readonly run: () => Promise<void>;
}

export async function applyPlan(plan: Plan, context: ApplyContext): Promise<void> {
  const minted = await mintFor(plan.writes, context.credentials);
  context.ledger.minted(minted, plan.writes);
  context.progress.minted(countMinted(minted));

  const run = taskRunner(context, plan.writes.length + plan.links.length + plan.deletions.length);
  const composed: WriteContext["composed"] = new Map();
  const write = (each: SecretWrite) => writeTask(each, { ...context, minted, composed });
  await eachInParallel(plan.writes.map(write), run);
  // A link is made once its secret is there: a pod must not start with a name that leads nowhere.
  const there = (link: AccountLink) =>
    context.ledger.holds(link.pullSecret, link.account.namespace);
  const links = plan.links.filter(there).map((link) => linkTask(link, context));
  const deletions = plan.deletions.map((deletion) => deletionTask(deletion, context));
  await eachInParallel([...links, ...deletions], run);
}

function writeTask(
  write: SecretWrite,
  context: ApplyContext & Pick<WriteContext, "minted" | "composed">,
): Task {
  const { api, credentials, judge, minted, composed, ledger } = context;
  const covers = credentials.covers.bind(credentials);
  return {
    pullSecret: write.secret.name,
    namespace: write.namespace,
    write,
    run: async () =>
      ledger.wrote(write, await writeSecret(write, { api, covers, judge, minted, composed })),
  };
}

function linkTask(link: AccountLink, { api, ledger }: ApplyContext): Task {
  return {
    pullSecret: link.pullSecret,
    namespace: link.account.namespace,
    run: async () => ledger.linked(link, await linkAccount(link, api)),
  };
}

function deletionTask(deletion: SecretDeletion, { api, ledger }: ApplyContext): Task {
  const { pullSecret, namespace, uid } = deletion;
  return {
    pullSecret,
    namespace,
    run: async () => {
      if (await deleted(api.deleteSecret(namespace, pullSecret, uid))) {
        ledger.deletions.push(deletion);
      }
    },
  };
}

/** A secret that went, or was made anew by somebody, isn't the orphan that we judged: not ours. */
async function deleted(deletion: Promise<void>): Promise<boolean> {
  try {
    await deletion;
    return true;
  } catch (error) {
    const elsewhere = error instanceof ClusterError && /^(conflict|not-found)$/.test(error.kind);
    if (elsewhere) {
      return false;
    }
    throw error;
  }
}

/** Runs a task or notes why it wasn't run; a dead credential or server ends the sweep's writes. */
function taskRunner({ stop, progress, ledger }: ApplyContext, of: number) {
  let done = 0;
  let dead: ClusterError | undefined;
  const attempt = async (task: Task) => {
    try {
      await task.run();
    } catch (error) {
      if (!(error instanceof ClusterError)) {
        throw error;
      }
      dead ??= endsSweep(error) ? error : undefined;
      ledger.failed(task, error);
    }
  };
  return async (task: Task) => {
    if (dead) {
      return ledger.failed(task, dead);
    }
    if (stop.aborted) {
      return ledger.notStarted(task, stop.reason === "interrupted" ? "interrupted" : "deadline");
    }
    await attempt(task);
    done += 1;
    progress.applied({ done, of });
  };
}

function endsSweep({ kind }: ClusterError): boolean {
  return kind === "unauthorized" || kind === "unreachable" || kind === "tls";
}

function countMinted(minted: Awaited<ReturnType<typeof mintFor>>) {
  const failed = [...minted.values()].filter((each) => each instanceof Error).length;
  return { registries: minted.size, failed };
}
