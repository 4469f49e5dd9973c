/** From what was opened to a plan; every obstacle is found before anything is removed. */
import { KubeconfigError } from "../../errors.ts";
import { RegistrationRefused } from "../../registration/problems.ts";
import { findEntry } from "../../registration/removal/find-entry.ts";
import { inspectRemoval } from "../../registration/removal/inspect-removal.ts";
import { judgePlace } from "../../registration/removal/judge-place.ts";
import { planRemoval, planWithoutCluster } from "../../registration/removal/plan-removal.ts";
import { askRemovalRights } from "../../registration/removal/removal-demands.ts";
import type { RemovalPlan } from "../../registration/removal/removal-plan.ts";
import type { OpenedRemoval } from "./open-removal.ts";

/** @throws RegistrationRefused, ClusterError, AwsError */
export async function prepareRemoval(opened: OpenedRemoval): Promise<RemovalPlan> {
  const { wish, record, cluster, user, narrator, stage } = opened;
  if (cluster === undefined) {
    return planWithoutCluster(record, wish);
  }
  return narrator.look("Look for what is ours", async (retitle) => {
    const { wireEks } = await import("../../wiring/removal.ts");
    const eks = record?.access instanceof KubeconfigError ? undefined : record?.access.eks;
    const entry = eks && (await findEntry(eks, stage, wireEks(eks.region, stage.profile)));
    const { admin, server } = cluster;
    const found = await inspectRemoval(wish, { admin, server, record, entry });
    const elsewhere = judgePlace(found, wish);
    if (elsewhere !== undefined) {
      throw new RegistrationRefused([elsewhere]);
    }
    const plan = planRemoval(found, wish);
    const problems = await askRemovalRights(plan, admin, user);
    if (problems.length > 0) {
      throw new RegistrationRefused(problems);
    }
    retitle(`Looked${user === undefined ? "" : ` as ${user}`} for what is ours`);
    return plan;
  });
}
