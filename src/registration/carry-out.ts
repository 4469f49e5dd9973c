/**
 * Carries a plan out: apply → issue → prove → store → first sweep. It stops at the first step that
 * fails, and tells what was done by then: run again, a registration goes on from there.
 */
import type { DeployedStack } from "../stack/deployed-stack.ts";
import type { AccessStep, IssuedAccess } from "./access/access-kind.ts";
import { obtainAccess } from "./access/obtain-access.ts";
import { NotProven, type ProofTime, proveAccess } from "./access/prove-access.ts";
import { proveDeployed } from "./access/prove-deployed.ts";
import type { StorePorts } from "./access/store-access.ts";
import type { StoredKubeconfigs } from "./access/stored-kubeconfigs.ts";
import { applyObjects, doneTitle, titleCase } from "./apply-objects.ts";
import { namespacesSeen } from "./namespaces-seen.ts";
import type { Narrator } from "./narrator.ts";
import type { RegistrationOutcome } from "./outcome.ts";
import { changesSomething, type RegistrationPlan } from "./plan-registration.ts";
import type { AdminApi } from "./ports.ts";
import type { ObjectStep } from "./rules/judge-object.ts";
import { storeRecord } from "./store-record.ts";

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
    await storeRecord(access, plan, ports, (record) => {
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

/**
 * A registration that was complete before is left to its schedule, and a local cluster to its runner:
 * a token that were minted here would carry the rights of whoever registers.
 */
function isSweepDue(plan: RegistrationPlan): boolean {
  if (plan.wish.isLocal) {
    return false;
  }
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
