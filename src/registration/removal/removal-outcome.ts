import type { LiveObject } from "../../rights/kubernetes-object.ts";
import type { NamespaceRemoval, RemovalPlan } from "./removal-plan.ts";

/** What came of a removal: plain data, however it ended. */
export interface RemovalOutcome {
  readonly plan: RemovalPlan;
  /** Deleted so far, namespaces aside. */
  readonly objects: readonly LiveObject[];
  readonly unlinked: number;
  readonly secrets: number;
  /** Judged anew right before; those without content are on their way out. */
  readonly namespaces: readonly NamespaceRemoval[];
  readonly entryDeleted: boolean;
  /** When the record is deleted for good; undefined: it wasn't reached, or there was none. */
  readonly recordUntil: Date | undefined;
  /** Why it ended before its end. */
  readonly stopped: { readonly error: unknown } | undefined;
}
