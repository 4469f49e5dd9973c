/**
 * Carries a plan out: apply → issue → prove → store → first sweep. It stops at the first step that
 * fails, and tells what was done by then: run again, a registration goes on from there.
 */

import { demandOf, digestOf } from "../rights/demand.ts";
import type { DeployedStack } from "../stack/deployed-stack.ts";
import type { AccessStep, IssuedAccess } from "./access/access-kind.ts";
import { obtainAccess } from "./access/obtain-access.ts";
import { NotProven, type ProofTime, proveAccess } from "./access/prove-access.ts";
import { proveDeployed } from "./access/prove-deployed.ts";
import {
  noteRights,
  type StorePorts,
  type StoreWish,
  storeNew,
  swapIn,
} from "./access/store-access.ts";
import type { StoredKubeconfigs } from "./access/stored-kubeconfigs.ts";
import { applyObjects, doneTitle, titleCase } from "./apply-objects.ts";
import { namespacesSeen } from "./namespaces-seen.ts";
import type { Narrator } from "./narrator.ts";
import type { RecordOutcome, RegistrationOutcome } from "./outcome.ts";
import { changesSomething, type RegistrationPlan } from "./plan-registration.ts";
import type { AdminApi } from "./ports.ts";
import type { ObjectStep } from "./rules/judge-object.ts";

export interface RegistrationPorts extends StorePorts, ProofTime {
  readonly admin: AdminApi;
  readonly kubeconfigs: StoredKubeconfigs;
  readonly stack: Pick<DeployedStack, "ask">;
  readonly narrator: Narrator;
}

type Draft = { -readonly [Key in keyof RegistrationOutcome]: RegistrationOutcome[Key] };

export async function carryOutRegistration(
  plan: RegistrationPlan,
  ports: RegistrationPorts,
): Promise<RegistrationOutcome> {
  const done: ObjectStep[] = [];
  const outcome: Draft = {
    plan,
    done,
    prepared: [],
    credential: undefined,
    proofs: [],
    record: undefined,
    sweep: undefined,
    stopped: undefined,
  };
  try {
    await applyObjects(plan.objects, ports, (step) => done.push(step));
    for (const step of plan.wish.access.steps ?? []) {
      await take(step, ports);
      outcome.prepared = [...outcome.prepared, step.what];
    }
    const access = await obtainAccess(plan, ports);
    const { judgeDeployed, proven } = plan.wish.access;
    outcome.proofs = judgeDeployed ? [] : (proven ?? (await prove(access, plan, ports)));
    await store(access, plan, ports, (record) => {
      outcome.record = record;
      outcome.credential = access.life;
    });
    if (judgeDeployed) {
      await proveDeployed(plan.wish.cluster, judgeDeployed, ports);
    }
    if (isSweepDue(plan)) {
      outcome.sweep = await firstSweep(plan, ports);
    }
  } catch (error) {
    outcome.proofs = error instanceof NotProven ? error.proofs : outcome.proofs;
    outcome.stopped = { error };
  }
  return outcome;
}

function take(step: AccessStep, { narrator }: RegistrationPorts): Promise<void> {
  return narrator.change(`${titleCase(step.verb)} ${step.what}`, async (retitle) => {
    await step.carryOut();
    retitle(doneTitle(step));
  });
}

function prove({ kubeconfig }: IssuedAccess, plan: RegistrationPlan, ports: RegistrationPorts) {
  const { wish, rights } = plan;
  const { admin, kubeconfigs, narrator } = ports;
  return narrator.look("Try the credential", async (retitle) => {
    const namespaces = await namespacesSeen(admin);
    const view = kubeconfigs.connect(kubeconfig);
    const proofs = await proveAccess({ rights, wish, namespaces }, view, ports);
    const refused = proofs.filter(({ expected }) => expected === "refused").length;
    const may = proofs.length - refused;
    retitle(`Proved with the credential: ${may} things are allowed, ${refused} refused`);
    return proofs;
  });
}

const storeTitles = {
  create: ["Store the kubeconfig", "Kubeconfig stored"],
  replace: ["Replace the kubeconfig", "Kubeconfig replaced"],
  keep: ["Note the rights", "Record up to date"],
} as const;

/** @param onStored told once the new access is what is read, also when its tags fail to follow */
async function store(
  access: IssuedAccess,
  plan: RegistrationPlan,
  ports: RegistrationPorts,
  onStored: (outcome: RecordOutcome) => void,
): Promise<void> {
  const { record, wish } = plan;
  const { cluster, kmsKeyId } = wish;
  const stored: StoreWish = { cluster, kmsKeyId, rbac: grantedDigest(plan) };
  const [title, doneTitle] = storeTitles[record.action];
  return ports.narrator.change(`${title} in AWS Secrets Manager`, async (retitle) => {
    switch (record.action) {
      case "create":
        await storeNew(access, stored, ports);
        break;
      case "replace":
        await swapIn(access, stored, { record: record.record, ports });
        onStored("replaced");
        await noteRights(access, stored, { record: record.record, ports });
        break;
      case "keep":
        await noteRights(access, stored, { record: record.record, ports });
    }
    onStored(recordOutcomes[record.action]);
    retitle(`${doneTitle} in AWS Secrets Manager`);
  });
}

/** Undefined: not all of them are, so that the next `register --all` looks again. */
function grantedDigest({ objects, record, wish }: RegistrationPlan): string | undefined {
  if (wish.renew) {
    // The rights were left as they are.
    return record.action === "create" ? undefined : record.record.state.rbac;
  }
  return objects.some(({ verb }) => verb === "wait")
    ? undefined
    : digestOf(demandOf(wish.desired));
}

const recordOutcomes = { create: "created", replace: "replaced", keep: "kept" } as const;

/** A registration that was complete before is left to its schedule. */
function isSweepDue(plan: RegistrationPlan): boolean {
  if (plan.record.action !== "keep" || changesSomething(plan)) {
    return true;
  }
  const { expiresAt, failingSince } = plan.record.record.state;
  return expiresAt === undefined || failingSince !== undefined;
}

function firstSweep({ wish }: RegistrationPlan, { narrator, stack }: RegistrationPorts) {
  return narrator.look("Ask the deployed function to sweep it", async (retitle) => {
    const answer = await stack.ask(wish.cluster, "sweep");
    retitle("Asked the deployed function to sweep it");
    return answer;
  });
}
