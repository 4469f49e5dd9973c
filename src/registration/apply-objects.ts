/** Writes the objects of a plan, in order; each step is said when it is done. */
import { eachInParallel } from "../refresh/concurrency.ts";
import { refOf } from "../rights/kubernetes-object.ts";
import { groupSteps, type StepGroup } from "./group-steps.ts";
import type { ObjectStep } from "./judge-object.ts";
import type { Narrator } from "./narrator.ts";
import type { AdminApi } from "./ports.ts";

const maxInFlight = 10;

const pastTense = { create: "created", change: "changed", remove: "removed" } as const;
const isWritten = (step: ObjectStep) => step.verb !== "keep";

/**
 * @param onDone told each step that is done, also when a later one fails
 * @throws ClusterError
 */
export async function applyObjects(
  steps: readonly ObjectStep[],
  { admin, narrator }: { readonly admin: AdminApi; readonly narrator: Narrator },
  onDone: (step: ObjectStep) => void,
): Promise<void> {
  for (const group of groupSteps(steps.filter(isWritten))) {
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

function titleCase(verb: string): string {
  return `${verb.charAt(0).toUpperCase()}${verb.slice(1)}`;
}

function doneTitle({ verb, what }: StepGroup): string {
  return verb === "keep" ? what : `${what} ${pastTense[verb]}`;
}

async function carryOut(step: ObjectStep, admin: AdminApi): Promise<void> {
  if (step.verb === "remove") {
    await admin.delete(refOf(step.object), step.object.metadata.uid);
  } else {
    await admin.apply(step.object);
  }
}
