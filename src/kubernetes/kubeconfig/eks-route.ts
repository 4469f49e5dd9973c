/**
 * Where a token may go that is signed with this program's identity. It opens one cluster to whoever
 * holds it, and whoever may write the record chooses where it is sent: to an API server of EKS by its
 * own name, or not at all.
 */
import type { ClusterEndpoint } from "../cluster-access.ts";
import { type Place, refusal, within } from "./refusal.ts";

const hint =
  "The identity that signs would be lent to whoever answers there. For a local cluster on an Outpost, " +
  "another name for the API server, or one behind a proxy, store a ServiceAccount's token instead.";

/** @throws KubeconfigError */
export function requireEksRoute(
  { server, proxy }: ClusterEndpoint,
  cluster: Place,
  isHostAllowed: (hostname: string) => boolean,
): void {
  if (!isHostAllowed(server.hostname)) {
    const problem = "isn't an API server of EKS, and a token would be signed for it";
    throw refusal(within(cluster, "server"), problem, hint);
  }
  // With a proxy and a CA of its choice, the record's writer would be that API server.
  if (proxy !== undefined) {
    const problem = "stands between a token that is signed here and EKS";
    throw refusal(within(cluster, "proxy-url"), problem, hint);
  }
}
