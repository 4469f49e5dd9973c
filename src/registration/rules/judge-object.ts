/** What to do about one object of the rights: create, change or keep it, or refuse. Pure. */
import { isClusterName } from "../../clusters/record-name.ts";
import {
  formatRef,
  type KubernetesObject,
  type LiveObject,
  refOf,
} from "../../rights/kubernetes-object.ts";
import type { AccessKind } from "../access/access-kind.ts";
import type { InspectedObject } from "../inspection.ts";
import { type Registrant, whose } from "../marks.ts";
import type { Problem } from "../problems.ts";
import { type Difference, differencesOf } from "./compare-object.ts";

export type ObjectStep =
  | { readonly verb: "create"; readonly object: KubernetesObject }
  | {
      readonly verb: "change";
      readonly object: KubernetesObject;
      readonly differences: readonly Difference[];
    }
  | {
      readonly verb: "keep";
      readonly object: KubernetesObject;
      /** False: it can't be read; whether it is right shows when the new credential is tried. */
      readonly seen: boolean;
    }
  /** Its namespace isn't there yet. */
  | { readonly verb: "wait"; readonly object: KubernetesObject }
  /** Ours, and no longer wanted. */
  | { readonly verb: "remove"; readonly object: LiveObject };

/** What became of an object whose step is done. */
export const pastTense = {
  create: "created",
  change: "changed",
  remove: "removed",
  keep: "kept",
  wait: "left out",
} as const satisfies Record<ObjectStep["verb"], string>;

export function isWrite({ verb }: ObjectStep): boolean {
  return verb !== "keep" && verb !== "wait";
}

export function isStep(judged: ObjectStep | Problem): judged is ObjectStep {
  return "verb" in judged;
}

export interface ObjectWish extends Registrant {
  readonly access: Pick<AccessKind, "subject">;
}

export function judgeObject(
  { wanted, live }: InspectedObject,
  wish: ObjectWish,
): ObjectStep | Problem {
  if (live === undefined) {
    return { verb: "create", object: wanted };
  }
  if (live === "hidden") {
    return { verb: "keep", object: wanted, seen: false };
  }
  if (live === "homeless") {
    return { verb: "wait", object: wanted };
  }
  const obstacle =
    foreign(live, wish) ?? (wanted.kind === "Namespace" ? leaving(live) : otherRole(live, wanted));
  return obstacle ?? compared(live, wanted, wish);
}

function compared(live: LiveObject, wanted: KubernetesObject, registrant: Registrant): ObjectStep {
  // Marked as ours, a namespace would be deleted with all that is in it when the cluster is
  // unregistered: only one that we made ourselves is.
  const isOthers = wanted.kind === "Namespace" && whose(live, registrant).kind === "unmarked";
  const differences = isOthers ? [] : differencesOf(live, wanted);
  return differences.length === 0
    ? { verb: "keep", object: wanted, seen: true }
    : { verb: "change", object: wanted, differences };
}

function foreign(live: LiveObject, wish: ObjectWish): Problem | undefined {
  const found = whose(live, wish);
  const object = formatRef(refOf(live));
  if (found.kind === "other-owner") {
    return {
      message: `${object} belongs to another deployment (${found.owner})`,
      hint:
        wish.access.subject.kind === "Group"
          ? "with --eks, one deployment alone can serve a cluster: unregister it there; or leave --eks out, with a place of its own: --namespace <other>"
          : "give this one a place of its own: --namespace <other>; or unregister the cluster there",
    };
  }
  if (found.kind === "other-name") {
    return {
      message: `this cluster is registered already, as ${found.cluster} (${object} says so)`,
      hint: isClusterName(found.cluster)
        ? `register ${found.cluster} again, or first: ecr-pull-secrets unregister ${found.cluster} --stage ${wish.owner.stage}`
        : "look at its annotations: they aren't ours, or somebody changed them",
    };
  }
  return undefined;
}

function leaving(live: LiveObject): Problem | undefined {
  const status = live["status"] as { readonly phase?: unknown } | undefined;
  return status?.phase === "Terminating"
    ? {
        message: `Namespace ${live.metadata.name} is being deleted`,
        hint: `run this again when it is gone: kubectl wait --for=delete namespace/${live.metadata.name}`,
      }
    : undefined;
}

/** https://kubernetes.io/docs/reference/access-authn-authz/rbac/#clusterrolebinding-example: fixed */
function otherRole(live: LiveObject, wanted: KubernetesObject): Problem | undefined {
  const isRole = ({ path }: Difference) => path === "roleRef" || path.startsWith("roleRef.");
  if (!differencesOf(live, wanted).some(isRole)) {
    return undefined;
  }
  const { kind, metadata } = live;
  const where = metadata.namespace === undefined ? "" : ` -n ${metadata.namespace}`;
  return {
    message: `${formatRef(refOf(live))} binds another role, and that can't be changed in place`,
    hint: `if nobody needs it: kubectl delete ${kind.toLowerCase()}${where} ${metadata.name}`,
  };
}
