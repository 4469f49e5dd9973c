/**
 * Carries a removal out, in the order that `ClusterRemoval` explains. It stops at the first step
 * that fails, and tells what was done by then: run again, it finds what is left.
 */
import type { ClusterWriter } from "../../clusters/store.ts";
import type { EksApi } from "../../eks/eks-api.ts";
import type { LiveObject } from "../../rights/kubernetes-object.ts";
import { applyObjects } from "../apply-objects.ts";
import type { Narrator } from "../narrator.ts";
import type { AdminApi } from "../ports.ts";
import { contentOf } from "./namespace-content.ts";
import type { RemovalOutcome } from "./removal-outcome.ts";
import {
  type ClusterRemoval,
  isEmpty,
  type NamespaceRemoval,
  type RemovalPlan,
} from "./removal-plan.ts";
import { removeSecrets } from "./remove-secrets.ts";

export interface RemovalPorts {
  /** Undefined: the cluster is gone. */
  readonly admin: AdminApi | undefined;
  readonly eksOf: (region: string) => Pick<EksApi, "deleteAccessEntry">;
  readonly writer: Pick<ClusterWriter, "remove">;
  readonly narrator: Narrator;
  readonly now: () => Date;
}

type Draft = { -readonly [Key in keyof RemovalOutcome]: RemovalOutcome[Key] };

export async function carryOutRemoval(
  plan: RemovalPlan,
  ports: RemovalPorts,
): Promise<RemovalOutcome> {
  const outcome: Draft = {
    plan,
    objects: [],
    unlinked: 0,
    secrets: 0,
    namespaces: [],
    entryDeleted: false,
    recordUntil: undefined,
    stopped: undefined,
  };
  const { cluster, record } = plan;
  const isFirst = cluster?.recordFirst ?? true;
  try {
    if (record && isFirst) {
      outcome.recordUntil = await removeRecord(plan, ports);
    }
    if (cluster && ports.admin) {
      await cleanUp(cluster, { ...ports, admin: ports.admin, outcome });
    }
    if (record && !isFirst) {
      outcome.recordUntil = await removeRecord(plan, ports);
    }
  } catch (error) {
    outcome.stopped = { error };
  }
  return outcome;
}

interface CleanUp extends RemovalPorts {
  readonly admin: AdminApi;
  readonly outcome: Draft;
}

async function cleanUp(cluster: ClusterRemoval, ports: CleanUp): Promise<void> {
  const { outcome } = ports;
  await deleteEntry(cluster, ports);
  await removeObjects(cluster.access, ports);
  await removeSecrets(cluster, outcome.plan.wish, {
    ...ports,
    onUnlinked: () => {
      outcome.unlinked += 1;
    },
    onDeleted: () => {
      outcome.secrets += 1;
    },
  });
  await removeObjects(cluster.roles, ports);
  await removeNamespaces(cluster, ports);
}

async function deleteEntry({ entry }: ClusterRemoval, ports: CleanUp): Promise<void> {
  if (entry?.isOurs !== true) {
    return;
  }
  const { cluster, region, principalArn } = entry;
  await ports.narrator.change(`Delete the access entry in ${cluster}`, async (retitle) => {
    await ports.eksOf(region).deleteAccessEntry(cluster, principalArn);
    ports.outcome.entryDeleted = true;
    retitle(`Access entry in ${cluster} deleted`);
  });
}

function removeObjects(objects: readonly LiveObject[], ports: CleanUp): Promise<void> {
  const steps = objects.map((object) => ({ verb: "remove", object }) as const);
  return applyObjects(steps, ports, ({ object }) => {
    ports.outcome.objects = [...ports.outcome.objects, object as LiveObject];
  });
}

/** What was put there since the plan was made would go as well: looked at once more. */
async function removeNamespaces(cluster: ClusterRemoval, ports: CleanUp): Promise<void> {
  const { admin, outcome } = ports;
  const leaving = [...cluster.access, ...cluster.roles];
  for (const planned of cluster.namespaces) {
    const { name } = planned.namespace.metadata;
    const content = isEmpty(planned) ? await contentOf(admin, name, leaving) : planned.content;
    const judged: NamespaceRemoval = { namespace: planned.namespace, content };
    if (isEmpty(judged)) {
      await removeObjects([planned.namespace], ports);
    }
    outcome.namespaces = [...outcome.namespaces, judged];
  }
}

const dayMs = 86_400_000;

async function removeRecord({ wish }: RemovalPlan, ports: RemovalPorts): Promise<Date> {
  const { writer, narrator, now } = ports;
  return narrator.change("Remove the record in AWS Secrets Manager", async (retitle) => {
    await writer.remove(wish.cluster, wish.recoveryDays);
    const until = new Date(now().getTime() + wish.recoveryDays * dayMs);
    retitle(
      `Record removed from AWS Secrets Manager; it can be restored for ${wish.recoveryDays} d`,
    );
    return until;
  });
}
