/**
 * What a sweep found and did not change, with the remedy. A "failure" makes the sweep failed: the
 * config asks for something that isn't so. A "notice" is worth a line.
 */
import { annotations } from "../../pull-secrets/names.ts";
import type { ReadStamps } from "../../pull-secrets/stamps.ts";
import type { Drift } from "./drift.ts";

export type Finding = Problem | Notice;

interface Found {
  readonly pullSecret: string;
  readonly namespace: string;
  readonly message: string;
  readonly hint?: string;
}

export interface Problem extends Found {
  readonly severity: "failure";
  readonly kind: "conflict" | "contention";
}

export interface Notice extends Found {
  readonly severity: "notice";
  readonly kind:
    | "orphaned"
    | "prune-held"
    /** The secret fails; why is told once, as the failure of what it waits for. */
    | "adopt-held"
    | "pending"
    | "terminating"
    | "gone"
    | "link-left"
    | "restart-pending";
}

export function othersSecret(pullSecret: string, namespace: string, stamps: ReadStamps): Finding {
  return {
    kind: "conflict",
    severity: "failure",
    pullSecret,
    namespace,
    message: `secret ${pullSecret} belongs to another deployment (${shorten(stamps.owner)}); it was left alone`,
    hint: `exclude the namespace here or there; if that deployment is gone: kubectl annotate secret -n ${namespace} ${pullSecret} ${annotations.owner}- , and set \`adopt: true\``,
  };
}

export function foughtOver(
  pullSecret: string,
  namespace: string,
  fight: { readonly drift: Drift; readonly rewrites: number },
): Finding {
  return {
    kind: "contention",
    severity: "failure",
    pullSecret,
    namespace,
    message: `${fight.drift.manager ?? "somebody"} keeps changing ${fight.drift.field} of secret ${pullSecret}: put right ${fight.rewrites} times in a row, now left until its half-life`,
    hint: `stop the other writer: kubectl get secret -n ${namespace} ${pullSecret} --show-managed-fields -o yaml`,
  };
}

export function immutableType(pullSecret: string, namespace: string): Finding {
  return {
    kind: "conflict",
    severity: "failure",
    pullSecret,
    namespace,
    message: `secret ${pullSecret} has another type or is immutable, which can't be changed on a live secret`,
    hint: `give this pull secret another name, and delete the old one when no pod needs it any more: kubectl delete secret -n ${namespace} ${pullSecret}`,
  };
}

export function terminatingNamespace(pullSecret: string, namespace: string): Finding {
  const message = "the namespace is being deleted; skipped";
  return { kind: "terminating", severity: "notice", pullSecret, namespace, message };
}

export function secretBeingDeleted(pullSecret: string, namespace: string): Finding {
  const message = `secret ${pullSecret} is being deleted; it is made anew once it is gone`;
  return { kind: "pending", severity: "notice", pullSecret, namespace, message };
}

export function missingNamespace(pullSecret: string, namespace: string): Finding {
  const message = "the config names this namespace, and it doesn't exist yet";
  return { kind: "pending", severity: "notice", pullSecret, namespace, message };
}

export function goneNamespace(pullSecret: string, namespace: string): Finding {
  const message = "the namespace was deleted while the sweep ran";
  return { kind: "gone", severity: "notice", pullSecret, namespace, message };
}

export function orphanedSecret(pullSecret: string, namespace: string): Finding {
  return {
    kind: "orphaned",
    severity: "notice",
    pullSecret,
    namespace,
    message: `secret ${pullSecret} is ours, but the config no longer selects this namespace`,
    hint: "set `prune: true` on this pull secret to have such secrets deleted",
  };
}

export function pruneHeld(pullSecret: string, namespace: string): Finding {
  return {
    kind: "prune-held",
    severity: "notice",
    pullSecret,
    namespace,
    message: `secret ${pullSecret} is orphaned; it waits, because a sweep deletes at most a fifth of its secrets`,
    hint: "if the config is as intended, nothing is to be done: later sweeps delete the rest",
  };
}

/** Annotations are anybody's to write: a long one must not fill a log. */
function shorten(text = "unknown"): string {
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}
