/**
 * Work on many items with a bounded number in flight.
 *
 * API Priority and Fairness starts to refuse a single user at about 600 requests in flight, and
 * HTTP/2 servers allow 100 to 250 streams: 100 keeps the connection full and everybody else served.
 * https://kubernetes.io/docs/concepts/cluster-administration/flow-control/
 */
export const maxInFlight = 100;

/** Rejects as soon as one piece of work does: work that may fail has to say so in its result. */
export async function eachInParallel<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
  limit = maxInFlight,
): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) {
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
}
