/** What the topic is told of one cluster: that it keeps failing, or that it doesn't any more. */

export interface ClusterNotice {
  readonly cluster: string;
  readonly change: "failing" | "recovered";
  /** When the first of the sweeps failed. */
  readonly failingSince: Date;
  /** Of a failing cluster: what is wrong and what to do, in words; absent once it recovered. */
  readonly cause?: { readonly message: string; readonly hint: string | undefined };
  /** When its first pull secret expires; undefined: nothing of ours is known to be there. */
  readonly expiresAt: Date | undefined;
}

/** The topic couldn't be told; the next sweep is its chance. */
export class NotificationError extends Error {
  override readonly name = "NotificationError";
}

/** @throws NotificationError */
export type Notify = (notice: ClusterNotice) => Promise<void>;
