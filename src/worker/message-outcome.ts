/**
 * What becomes of a queued message. Pure: the platform's consequences are in these few rules.
 *
 * SQS delivers what a batch response lists as failed once more; what it doesn't list is deleted. A
 * thrown error would also return the message, but Lambda counts it as a broken function, and
 * throttles the queue for every cluster.
 */
import type { RefreshMessage } from "../dispatch/refresh-message.ts";

export interface Delivery {
  readonly message: RefreshMessage;
  /** 1 for the first time. */
  readonly receiveCount: number;
}

export interface QueueRules {
  readonly schedulePeriodMs: number;
  /** After so many, SQS would move the message to the dead-letter queue. */
  readonly maxReceiveCount: number;
}

/** Whether a newer tick has taken this message's place: the work is done by that one. */
export function isSuperseded({ message }: Delivery, { schedulePeriodMs }: QueueRules, now: Date) {
  return now.getTime() - message.tick.getTime() > schedulePeriodMs;
}

/**
 * Whether a failed sweep is worth another delivery. At the last one it isn't: the next tick is its
 * retry, and a dead cluster must not fill the dead-letter queue, which is for poison.
 */
export function isRetried({ receiveCount }: Delivery, { maxReceiveCount }: QueueRules): boolean {
  return receiveCount < maxReceiveCount;
}

const firstDelaySeconds = 20;

/** Seconds until a failed message is seen again: 20, 40, 80, … */
export function retryDelaySeconds({ receiveCount }: Delivery): number {
  return firstDelaySeconds * 2 ** Math.min(receiveCount - 1, 5);
}

/** Between the deliveries of a message that no delivery will make sense of. */
export const poisonDelaySeconds = 5;
