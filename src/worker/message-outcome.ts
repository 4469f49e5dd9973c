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
  /** Messages that are worked on at once, at most. */
  readonly places: number;
  /** After so many, SQS would move the message to the dead-letter queue. */
  readonly maxReceiveCount: number;
}

/** Whether a newer tick has taken this message's place: the work is done by that one. */
export function isSuperseded({ message }: Delivery, { schedulePeriodMs }: QueueRules, now: Date) {
  return now.getTime() - message.tick.getTime() > schedulePeriodMs;
}

/**
 * A failure that took longer is no blip: it was waited for, and took a place from other clusters. A
 * connection that nobody answers is given up after ten seconds.
 */
const blipMs = 9_000;

/**
 * Whether a failed sweep is worth another delivery within its tick. Where the cluster had been
 * failing before it isn't: the next tick is its retry, and with five deliveries each, a few that
 * hang would take the function from all that are well. At the last delivery it isn't either: a dead
 * cluster must not fill the dead-letter queue, which is for poison.
 */
export function isRetried(
  delivery: Delivery,
  { durationMs }: { readonly durationMs: number },
  { maxReceiveCount }: QueueRules,
): boolean {
  return (
    delivery.receiveCount < maxReceiveCount && durationMs < blipMs && !wasFailing(delivery.message)
  );
}

/** Enough for a sweep that goes well, many times over, and to say which request got no answer. */
const doubtfulMs = 35_000;
/** Enough for a sweep with nothing due over a slow connection. */
const leastMs = 5_000;

/**
 * What a sweep may take of a cluster that is failing. So long as many keep failing, less: all of
 * them together get half of the function's time, and those that are well the other half.
 * @returns undefined: all the time that there is
 */
export function sweepLimitMs(
  { message, receiveCount }: Delivery,
  { places, schedulePeriodMs }: QueueRules,
): number | undefined {
  if (receiveCount === 1 && !wasFailing(message)) return undefined;
  const shareMs = (places * schedulePeriodMs) / 2 / Math.max(1, message.failingLong ?? 0);
  return Math.min(doubtfulMs, Math.max(leastMs, shareMs));
}

/** When it was dispatched. */
export function wasFailing({ state }: RefreshMessage): boolean {
  return state?.failingSince !== undefined;
}

const firstDelaySeconds = 20;

/** Seconds until a failed message is seen again: 20, 40, 80, … */
export function retryDelaySeconds({ receiveCount }: Delivery): number {
  return firstDelaySeconds * 2 ** Math.min(receiveCount - 1, 5);
}

/** Between the deliveries of a message that no delivery will make sense of. */
export const poisonDelaySeconds = 5;
