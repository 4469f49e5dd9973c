/** What we write on every object in a cluster, and on an access entry: so that it is known whose it is. */
import { isClusterName } from "../clusters/record-name.ts";
import { annotations, fieldManager } from "../pull-secrets/names.ts";
import type { Owner } from "../refresh/desired.ts";
import { formatOwner } from "../refresh/rules/ownership.ts";
import type { KubernetesObject } from "../rights/kubernetes-object.ts";
import { clusterAnnotation } from "../rights/names.ts";

export interface Registrant {
  readonly cluster: string;
  readonly owner: Owner;
}

export type Whose =
  | { readonly kind: "ours" }
  /** Made by hand, or by a tool that left the marks out. */
  | { readonly kind: "unmarked" }
  /** Another deployment's: `<account>/<region>/<stage>`. */
  | { readonly kind: "other-owner"; readonly owner: string }
  /** Of this deployment, for a cluster that it knows under another name. */
  | { readonly kind: "other-name"; readonly cluster: string };

/**
 * Whoever may write in the cluster may write anything there: what people read, and may copy into a
 * shell, is only what a registration writes.
 */
const ownerPattern = /^\d{12}\/[a-z\d-]{1,40}\/[\w.-]{1,100}$/;
const unreadable = "a name that no registration writes";

export function whose({ metadata }: KubernetesObject, { cluster, owner }: Registrant): Whose {
  const written = metadata.annotations?.[annotations.owner];
  const name = metadata.annotations?.[clusterAnnotation];
  if (written !== undefined && written !== formatOwner(owner)) {
    return { kind: "other-owner", owner: ownerPattern.test(written) ? written : unreadable };
  }
  if (written === undefined || name === undefined) {
    return { kind: "unmarked" };
  }
  return name === cluster
    ? { kind: "ours" }
    : { kind: "other-name", cluster: isClusterName(name) ? name : unreadable };
}

/** The tags of an access entry: also for somebody who looks at it. */
export function entryTags(owner: Owner): Readonly<Record<string, string>> {
  return { [annotations.owner]: formatOwner(owner), "managed-by": fieldManager };
}
