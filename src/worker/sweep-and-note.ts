/** Sweep a registered cluster, look after its credential, note its state, tell what came of it. */
import { type FromDispatch, noteState } from "./note-state.ts";
import type { Serving } from "./ports.ts";
import { lookAfterCredential } from "./rotation/look-after-credential.ts";
import { type CostedReport, sweepRegistered } from "./sweep-registered.ts";

/** @returns undefined if no such cluster is registered */
export async function sweepAndNote(
  cluster: string,
  dispatched: FromDispatch,
  { ports, time }: Serving,
): Promise<CostedReport | undefined> {
  const swept = await sweepRegistered(cluster, ports, time);
  if (!swept) {
    ports.skipped(cluster, "unregistered");
    return undefined;
  }
  const cared = await lookAfterCredential(swept, { ports, time });
  const { report, expiresAt } = await noteState(cared, dispatched, ports);
  ports.swept(report, expiresAt);
  return report;
}
