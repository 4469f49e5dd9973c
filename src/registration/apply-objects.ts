/** Writes the objects of a plan, in order; each step is said when it is done. */
import { UserError } from "../errors.ts";
import { eachInParallel } from "../refresh/apply/concurrency.ts";
import {
  formatRef,
  type KubernetesObject,
  type LiveObject,
  refOf,
} from "../rights/kubernetes-object.ts";
import type { Narrator } from "./narrator.ts";
import type { AdminApi } from "./ports.ts";
import { differencesOf, patchOf } from "./rules/compare-object.ts";
import { groupSteps, type StepGroup } from "./rules/group-steps.ts";
import { isWrite, type ObjectStep, pastTense } from "./rules/judge-object.ts";

const maxInFlight = 10;

/**
 * @param onDone told each step that is done, also when a later one fails
 * @throws ClusterError, UserError for an object that somebody else changes at once
 */
export async function applyObjects(
  steps: readonly ObjectStep[],
  { admin, narrator }: { readonly admin: AdminApi; readonly narrator: Narrator },
  onDone: (step: ObjectStep) => void,
): Promise<void> {
  for (const group of groupSteps(steps.filter(isWrite))) {
    await narrator.change(`${titleCase(group.verb)} ${group.what}`, async (retitle) => {
      await eachInParallel(
        group.steps,
        async (step) => {
          await carryOut(step, admin);
          onDone(step);
        },
        maxInFlight,
      );
      retitle(doneTitle(group));
    });
  }
}

export function titleCase(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

export function doneTitle({ verb, what }: Pick<StepGroup, "verb" | "what">): string {
  return titleCase(`${what} ${pastTense[verb]}`);
}

async function carryOut(step: ObjectStep, admin: AdminApi): Promise<void> {
  if (step.verb === "remove") {
    await remove(step.object, admin);
  } else {
    await put(step.object, admin);
  }
}

async function remove(object: LiveObject, admin: AdminApi): Promise<void> {
  const ref = refOf(object);
  const isDone =
    (await admin.delete(ref, object.metadata.uid)) || (await admin.get(ref)) === undefined;
  if (!isDone) {
    throw new UserError(`somebody put another ${formatRef(ref)} in its place: that is left alone`, {
      hint: "run this again: it looks at what is there by now",
    });
  }
}

/**
 * An apply leaves what other field managers hold, such as a rule that kubectl wrote: it would still
 * grant something, or keep the policy from being asked.
 */
async function put(object: KubernetesObject, admin: AdminApi): Promise<void> {
  const applied = await admin.apply(object);
  if (differencesOf(applied, object).length === 0) {
    return;
  }
  const ref = refOf(object);
  // Unguarded: a policy's status changes whenever its text does, and with it the version.
  const amended = await admin.amend(ref, patchOf(applied, object));
  const [left] = differencesOf(amended, object);
  if (left !== undefined) {
    throw new UserError(`${formatRef(ref)} isn't as it was written: ${left.path} differs`, {
      hint: "look for an admission webhook or a controller that changes it: kubectl get mutatingwebhookconfigurations",
    });
  }
}
