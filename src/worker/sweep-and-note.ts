/** Sweep a registered cluster, look after its credential, note its state, tell what came of it. */
import type { ClusterState } from "../clusters/record.ts";
import { noteState } from "./note-state.ts";
import type { Serving } from "./ports.ts";
import { lookAfterCredential } from "./rotation/look-after-credential.ts";
import { type CostedReport, sweepRegistered } from "./sweep-registered.ts";

/**
 * @param known the tags as dispatch saw them; undefined: they have to be asked for
 * @returns undefined if no such cluster is registered
 */
export async function sweepAndNote(
  cluster: string,
  known: ClusterState | undefined,
  { ports, time }: Serving,
): Promise<CostedReport | undefined> {
  const swept = await sweepRegistered(cluster, ports, time);
  if (!swept) {
    ports.skipped(cluster, "unregistered");
    return undefined;
  }
  const report = await lookAfterCredential(swept, { ports, time });
  const noted = await noteState(report, known, ports.clusters);
  const { soonestExpiry } = noted;
  ports.swept(noted, soonestExpiry === null ? known?.expiresAt : new Date(soonestExpiry));
  return noted;
}
