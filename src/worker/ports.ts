/** What the refresh function needs from the world, and the time that it has. */
import type { Deadline } from "../deadline.ts";
import type { QueueRules } from "./message-outcome.ts";
import type { RotationPorts } from "./rotation/ports.ts";
import type { CostedReport, WorkerPorts } from "./sweep-registered.ts";
import type { TopicPorts } from "./tell-change.ts";

export interface RefreshPorts extends WorkerPorts {
  readonly rules: QueueRules;
  readonly rotation: RotationPorts;
  /** Seconds until a failed message is delivered again. @throws QueueError */
  readonly delayRetry: (receiptHandle: string, seconds: number) => Promise<void>;
  /** @param expiresAt of the cluster's first pull secret, also where it wasn't reached */
  readonly swept: (report: CostedReport, expiresAt: Date | undefined) => void;
  readonly skipped: (cluster: string, why: "superseded" | "unregistered" | "local") => void;
  /** Whether a runner inside its network looks after it, in place of the functions. */
  readonly isLocal: (cluster: string) => boolean;
  /** Where a cluster's change is told; undefined: there is no topic here. */
  readonly topic: TopicPorts | undefined;
  /** Of what changes no outcome. */
  readonly warned: (message: string, about: Readonly<Record<string, string>>) => void;
}

export interface Serving {
  readonly ports: RefreshPorts;
  readonly time: Deadline;
}
