import { ClusterError } from "../../errors.ts";
import { type LiveObject, refOf } from "../../rights/kubernetes-object.ts";
import type { AdminApi } from "../ports.ts";
import { entriesOf, type Link, nameOfEntry } from "./find-links.ts";

/**
 * Takes entries out of `imagePullSecrets`, and leaves the others as they are, in their order. The
 * list is replaced as a whole, so what somebody else adds meanwhile is a conflict: looked at again,
 * once.
 * @throws ClusterError
 */
export async function unlinkAccount(
  { account, names }: Link,
  admin: Pick<AdminApi, "get" | "amend">,
): Promise<void> {
  const isDone = await without(account, names, admin);
  if (isDone) {
    return;
  }
  const again = await admin.get(refOf(account));
  if (again !== undefined && !(await without(again, names, admin))) {
    throw new ClusterError("conflict", "somebody else keeps changing it");
  }
}

/** False: somebody was faster. */
async function without(
  account: LiveObject,
  names: readonly string[],
  admin: Pick<AdminApi, "amend">,
): Promise<boolean> {
  const entries = entriesOf(account);
  const rest = entries.filter((entry) => !names.includes(nameOfEntry(entry) ?? ""));
  if (rest.length === entries.length) {
    return true;
  }
  const { resourceVersion } = account.metadata;
  const imagePullSecrets = rest.length === 0 ? null : rest;
  try {
    await admin.amend(refOf(account), { metadata: { resourceVersion }, imagePullSecrets });
    return true;
  } catch (error) {
    const kind = error instanceof ClusterError ? error.kind : undefined;
    if (kind === "not-found") {
      return true;
    }
    if (kind === "conflict") {
      return false;
    }
    throw error;
  }
}
