/** The same object in forty namespaces is one step. Pure. */
import { formatRef, refOf } from "../../rights/kubernetes-object.ts";
import type { ObjectStep } from "./judge-object.ts";

export interface StepGroup {
  readonly verb: ObjectStep["verb"];
  /** `ClusterRole ecr-pull-secrets`, `Role ecr-pull-secrets in 40 namespaces` */
  readonly what: string;
  /** Of one kind; more than one only if they differ in nothing but their namespace. */
  readonly steps: readonly ObjectStep[];
}

/** In the order in which the first of each comes: all roles before all bindings. */
export function groupSteps(steps: readonly ObjectStep[]): readonly StepGroup[] {
  const groups = Map.groupBy(steps, ({ verb, object: { kind, metadata } }) =>
    JSON.stringify([verb, kind, metadata.name]),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first ? [{ verb: first.verb, what: describe(first, group.length), steps: group }] : [];
  });
}

function describe({ object }: ObjectStep, size: number): string {
  const { kind, metadata } = object;
  return size === 1 ? formatRef(refOf(object)) : `${kind} ${metadata.name} in ${size} namespaces`;
}
