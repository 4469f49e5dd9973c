/** What the refresh queue's port throws, without the SDK's error: that one carries the raw answer. */

/** The queue didn't do its work, after retries; the next tick is its chance. */
export class QueueError extends Error {
  override readonly name = "QueueError";
}
