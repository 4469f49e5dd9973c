/** What the topic is told of one cluster: that it keeps failing, or that it doesn't any more. */
import { AwsError } from "../errors.ts";

export type Change = "failing" | "recovered";

export interface ClusterNotice {
  readonly cluster: string;
  readonly change: Change;
  /** When the first of the sweeps failed. */
  readonly failingSince: Date;
  /** Of a failing cluster: what is wrong and what to do, in words; absent once it recovered. */
  readonly cause?: NoticeCause | undefined;
  /** When its first pull secret expires; undefined: nothing of ours is known to be there. */
  readonly expiresAt: Date | undefined;
  /** When the first of its pods' AWS sessions ends; undefined: it has none. */
  readonly sessionsExpireAt?: Date | undefined;
}

export interface NoticeCause {
  readonly message: string;
  readonly hint: string | undefined;
  /** How many others the sweep had beside this one. */
  readonly others: number;
}

/** The topic couldn't be told; the next sweep is its chance. */
export class NotificationError extends AwsError {
  override readonly name = "NotificationError";
}

/** @throws NotificationError */
export type Notify = (notice: ClusterNotice) => Promise<void>;
