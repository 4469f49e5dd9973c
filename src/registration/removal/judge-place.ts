/** Is the administrator's context the cluster that was registered? Pure. */
import { KubeconfigError } from "../../errors.ts";
import type { Problem } from "../problems.ts";
import type { RemovalFindings } from "./inspect-removal.ts";
import type { RemovalWish } from "./removal-wish.ts";

type Seen = Pick<RemovalFindings, "server" | "record" | "marked">;

/** Undefined: it is, or there is nothing in it that could be somebody else's. */
export function judgePlace(found: Seen, wish: RemovalWish): Problem | undefined {
  const recorded = found.record?.access;
  if (recorded !== undefined && !(recorded instanceof KubeconfigError)) {
    const meant = wish.server === undefined ? found.server : wish.server;
    return meant === recorded.server ? undefined : otherServer(found.server, recorded.server, wish);
  }
  const { ours, secrets } = found.marked;
  const isMarked = ours.length > 0;
  return isMarked || secrets.length === 0 || wish.leftovers ? undefined : unnamed(found, wish);
}

function otherServer(context: string, recorded: string, { cluster }: RemovalWish): Problem {
  return {
    message: `${cluster} is registered at ${recorded}, and the context leads to ${context}`,
    hint: `choose the context of that cluster: --context <name>; if this is the same one by another address, say so: --server ${recorded}`,
  };
}

/** A wrong context would take the pull secrets of another cluster, which then can't pull. */
function unnamed({ server, record, marked }: Seen, { cluster }: RemovalWish): Problem {
  const why =
    record === undefined ? "isn't registered" : "has a record that doesn't tell where it is";
  const size = marked.secrets.length;
  return {
    message: `${cluster} ${why}, and nothing at ${server} says that it was called so; ${size} pull ${size === 1 ? "secret" : "secrets"} of this deployment ${size === 1 ? "is" : "are"} there`,
    hint: "if it is the right cluster, add --leftovers to remove them",
  };
}
