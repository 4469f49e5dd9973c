/**
 * Apply: mint what the plan needs, then write, link, restart and delete, all of it tried, whatever
 * fails.
 */
import type { Plan } from "../plan/plan.ts";
import type { AccountLink } from "../rules/link-accounts.ts";
import type { SecretDeletion } from "../rules/orphans.ts";
import type { SecretWrite } from "../rules/secret-write.ts";
import {
  type ApplyContext,
  deletionTask,
  linkTask,
  restartTask,
  unlinkTask,
  writeTask,
} from "./apply-tasks.ts";
import { eachInParallel } from "./concurrency.ts";
import { mintFor } from "./mint.ts";
import { taskRunner } from "./run-tasks.ts";
import type { WriteContext } from "./write-secret.ts";

export async function applyPlan(plan: Plan, context: ApplyContext): Promise<void> {
  const minted = await mintFor(plan.writes, context.credentials);
  context.ledger.minted(minted, plan.writes);
  context.progress.minted(countMinted(minted));

  const run = taskRunner(context, countTasks(plan));
  const composed: WriteContext["composed"] = new Map();
  const write = (each: SecretWrite) => writeTask(each, { ...context, minted, composed });
  await eachInParallel(plan.writes.map(write), run);
  // A link is made once its secret is there: a pod must not start with a name that leads nowhere.
  const there = (link: AccountLink) =>
    context.ledger.holds(link.pullSecret, link.account.namespace);
  const owed = new Set(plan.unlinks);
  const links = plan.links.filter(there).map((link) => linkTask(link, context));
  const unlinks = plan.unlinks.map((link) => unlinkTask(link, owed, context));
  await eachInParallel([...links, ...unlinks], run);
  // A pod gets its account's pull secrets when it is made, and never again: links come first.
  const restarts = plan.restarts.map((restart) => restartTask(restart, context));
  await eachInParallel(restarts, run);
  // A secret goes once nothing names it any more, for the same reason.
  const named = new Set([...owed].map((link) => `${link.account.namespace}/${link.pullSecret}`));
  const free = (each: SecretDeletion) => !named.has(`${each.namespace}/${each.pullSecret}`);
  const deletions = plan.deletions.filter(free).map((each) => deletionTask(each, context));
  await eachInParallel(deletions, run);
}

function countTasks({ writes, links, unlinks, restarts, deletions }: Plan): number {
  return [writes, links, unlinks, restarts, deletions].reduce((sum, each) => sum + each.length, 0);
}

function countMinted(minted: Awaited<ReturnType<typeof mintFor>>) {
  const failed = [...minted.values()].filter((each) => each instanceof Error).length;
  return { registries: minted.size, failed };
}
