/** Sweep a registered cluster, look after its credential, note its state, tell what came of it. */
import type { ClusterState } from "../clusters/record.ts";
import type { Deadline } from "../deadline.ts";
import type { QueueRules } from "./message-outcome.ts";
import { noteState } from "./note-state.ts";
import { lookAfterCredential } from "./rotation/look-after-credential.ts";
import type { RotationPorts } from "./rotation/ports.ts";
import { type CostedReport, sweepRegistered, type WorkerPorts } from "./sweep-registered.ts";

export interface RefreshPorts extends WorkerPorts {
  readonly rules: QueueRules;
  readonly rotation: RotationPorts;
  /** Seconds until a failed message is delivered again. @throws QueueError */
  readonly delayRetry: (receiptHandle: string, seconds: number) => Promise<void>;
  readonly swept: (report: CostedReport) => void;
  readonly skipped: (cluster: string, why: "superseded" | "unregistered") => void;
  /** Of what changes no outcome. */
  readonly warned: (message: string, about: Readonly<Record<string, string>>) => void;
}

export interface Serving {
  readonly ports: RefreshPorts;
  readonly time: Deadline;
}

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
  ports.swept(noted);
  return noted;
}
